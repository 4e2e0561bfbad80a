import { syncBuiltinESMExports } from 'node:module';
import { basename, relative } from 'node:path';
import { systemClock } from '../system/real/clock.ts';
import type { Host } from './host.ts';
import { sizeNursery } from './nursery.ts';
import { runProgram } from './program.ts';
import { describeError, messageOf } from './terminal/cli-error.ts';
import { EXIT } from './terminal/exit-codes.ts';
import { Interrupts } from './terminal/interrupts.ts';
import { outputOn } from './terminal/output.ts';
import { styleFor } from './terminal/style.ts';

/** Runs the command line of this process, then ends it. */
export async function runProcess(): Promise<void> {
  silenceSqliteWarning();
  sizeNursery('small');
  const { env, stderr } = process;
  const stdout = reserveStdout();
  const host: Host = {
    stdout: outputOn(stdout, styleFor(stdout.isTTY === true, env)),
    stderr: outputOn(stderr, styleFor(stderr.isTTY === true, env)),
    env,
    clock: systemClock,
    interrupts: new Interrupts(systemClock, (code, message) => {
      if (message !== undefined) host.stderr.line(message);
      process.exit(code);
    }),
    self: selfOf(process.argv[1], env),
  };
  host.interrupts.listen();
  // A module of handlers may throw where nobody waits, a timer say. What is committed is safe.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      for (const line of describeError(error, env)) host.stderr.line(`error: ${line}`);
      process.exit(EXIT.error);
    });
  }
  // Nothing is left that could wake this process, and yet it is not done: never a silent exit 0.
  process.on('beforeExit', () => {
    host.stderr.line('error: Expected the command to come to its end, got nothing left to wait for');
    process.exit(EXIT.error);
  });
  const code = await runProgram(process.argv.slice(2), host);
  await Promise.all([host.stdout.flush(), host.stderr.flush()]);
  if (host.stdout.failure) {
    host.stderr.line(`error: Expected to write to standard output, got ${messageOf(host.stdout.failure)}`);
    await host.stderr.flush();
  }
  const isAllWritten = host.stdout.failure === null && host.stderr.failure === null;
  // Not by running out of work: a module of handlers may have left a timer or a socket behind.
  process.exit(isAllWritten ? code : EXIT.error);
}

/**
 * Keeps standard output for the results of commands: whatever else writes to it, a module of handlers with
 * `console.log` say, writes to standard error from now on.
 */
function reserveStdout(): NodeJS.WriteStream {
  const { stdout } = process;
  Object.defineProperty(process, 'stdout', {
    configurable: true,
    enumerable: true,
    get: () => process.stderr,
  });
  syncBuiltinESMExports(); // for `import { stdout } from 'node:process'`
  return stdout;
}

/** Node 22 warns that `node:sqlite` is experimental. That one is known here; every other is shown. */
function silenceSqliteWarning(): void {
  const emitWarning = process.emitWarning.bind(process) as (...args: readonly unknown[]) => void;
  process.emitWarning = (warning: string | Error, ...rest: readonly unknown[]) => {
    const text = typeof warning === 'string' ? warning : warning.message;
    if (rest[0] === 'ExperimentalWarning' && text.startsWith('SQLite is an experimental feature')) return;
    emitWarning(warning, ...rest);
  };
}

/** How to call this program again from the same folder. */
function selfOf(script: string | undefined, env: NodeJS.ProcessEnv): string {
  const name = basename(script ?? '');
  if (env.npm_command !== undefined) return 'npx tenure';
  if (name === 'tenure' || script === undefined) return 'tenure';
  return `node ${relative(process.cwd(), script) || name}`;
}
