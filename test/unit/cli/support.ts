import { PassThrough } from 'node:stream';
import type { Host } from '../../../src/cli/host.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { Interrupts } from '../../../src/cli/terminal/interrupts.ts';
import { type Output, safeText } from '../../../src/cli/terminal/output.ts';
import { styleFor } from '../../../src/cli/terminal/style.ts';
import { systemClock } from '../../../src/system/real/clock.ts';

/** An output that keeps what is written. */
export function kept(): Output & { readonly text: () => string } {
  let text = '';
  const style = styleFor(false, {});
  return {
    isTerminal: false,
    columns: 100,
    style,
    stream: new PassThrough() as unknown as NodeJS.WriteStream,
    isClosed: false,
    failure: null,
    line: (line = '') => {
      text += `${safeText(line, style)}\n`;
    },
    write: async (more) => {
      text += safeText(more, style);
    },
    flush: async () => {},
    text: () => text,
  };
}

/** A host whose outputs are kept. */
export function testHost(): Host & {
  readonly stdout: ReturnType<typeof kept>;
  readonly stderr: ReturnType<typeof kept>;
} {
  return {
    stdout: kept(),
    stderr: kept(),
    env: {},
    clock: systemClock,
    interrupts: new Interrupts(systemClock, () => {}),
    self: 'tenure',
  };
}

/** Runs a command in this process. */
export async function tenure(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const host = testHost();
  const code = await runProgram(args, host);
  return { code, stdout: host.stdout.text(), stderr: host.stderr.text() };
}
