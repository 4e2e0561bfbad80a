import { syncBuiltinESMExports } from 'node:module';
import { basename, relative } from 'node:path';
import { systemClock } from '../system/real/clock.ts';
import type { Host } from './host.ts';
import { runProgram } from './program.ts';
import { describeError, messageOf } from './terminal/cli-error.ts';
import { EXIT } from './terminal/exit-codes.ts';
import { Interrupts } from './terminal/interrupts.ts';
import { outputOn } from './terminal/output.ts';
import { styleFor } from './terminal/style.ts';

/** Runs the command line of this process, then ends it. */
export async function runProcess(): Promise<void> {
  silenceSqliteWarning();
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
  // A module of handlers may throw outside a call, for example in a timer. Committed results are safe.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      for (const line of describeError(error, env)) host.stderr.line(`error: ${line}`);
      process.exit(EXIT.error);
    });
  }
  // The event loop has run empty although the command has not finished: not a silent exit 0.
  process.on('beforeExit', () => {
    host.stderr.line(
      'error: The command stopped before it finished: a handler never settles, or waits for something that was closed',
    );
    process.exit(EXIT.error);
  });
  const code = await runProgram(process.argv.slice(2), host);
  await Promise.all([host.stdout.flush(), host.stderr.flush()]);
  if (host.stdout.failure) {
    host.stderr.line(`error: Expected to write to standard output, got ${messageOf(host.stdout.failure)}`);
    await host.stderr.flush();
  }
  const isAllWritten = host.stdout.failure === null && host.stderr.failure === null;
  // Explicit exit, since a module of handlers may have left a timer or a socket open.
  process.exit(isAllWritten ? code : EXIT.error);
}

/**
 * Reserves standard output for the results of commands: other writes to it, such as `console.log` in a module
 * of handlers, go to standard error from now on.
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

/** Node 22 warns that `node:sqlite` is experimental. That warning is suppressed; all others are shown. */
function silenceSqliteWarning(): void {
  const emitWarning = process.emitWarning.bind(process) as (...args: readonly unknown[]) => void;
  process.emitWarning = (warning: string | Error, ...rest: readonly unknown[]) => {
    const text = typeof warning === 'string' ? warning : warning.message;
    if (rest[0] === 'ExperimentalWarning' && text.startsWith('SQLite is an experimental feature')) return;
    emitWarning(warning, ...rest);
  };
}

/** The command that starts this program from the same folder. */
function selfOf(script: string | undefined, env: NodeJS.ProcessEnv): string {
  const name = basename(script ?? '');
  if (env.npm_command !== undefined) return 'npx tenure';
  if (name === 'tenure' || script === undefined) return 'tenure';
  return `node ${relative(process.cwd(), script) || name}`;
}
