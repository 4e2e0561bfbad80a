import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands.ts';
import type { Host } from './host.ts';
import { packageVersion } from './package-version.ts';
import { describeError } from './terminal/cli-error.ts';
import { EXIT, type ExitCode } from './terminal/exit-codes.ts';

const HELP = `
Start here:
  $ tenure demo                               1,000 employees, two workflows, some failures
  $ tenure templates                          the workflow templates
  $ tenure run --users staff.csv --workflow "Offboard an employee" --dry-run
  $ tenure init --kind scim                   an example of the systems that tasks work on

Exit codes: 0 done, and every run completed; 1 wrong usage or environment; 2 a run ended completedWithErrors,
failed or canceled, or a check found violations; 130 stopped by Ctrl-C or SIGTERM.`;

/** Runs one command. Never throws: errors are reported on stderr. */
export async function runProgram(args: readonly string[], host: Host): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  try {
    const program = await buildProgram(args, host, (value) => {
      code = value;
    });
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.error;
    const [first = '', ...more] = describeError(error, host.env);
    const { stderr } = host;
    stderr.line(`${stderr.style.red('error:')} ${first}`);
    for (const line of more) stderr.line(line);
    return EXIT.error;
  }
}

/**
 * The program with the commands that `args` name; of the others it has what the list of commands says.
 *
 * @param args `null`: all commands.
 */
export async function buildProgram(
  args: readonly string[] | null,
  host: Host,
  end: (code: ExitCode) => void,
): Promise<Command> {
  const { stdout, stderr } = host;
  const program = new Command('tenure')
    .description(
      'Runs joiner, mover and leaver workflows for users, durably, and records what happened to each of them.',
    )
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', HELP);
  for (const listed of COMMANDS) {
    const isNeeded = args === null || args.includes(listed.name);
    const command = isNeeded ? (await listed.load())(host, end) : new Command(listed.name);
    program.addCommand(command.summary(listed.summary));
  }
  configure(program, (command) =>
    command
      .exitOverride()
      .showHelpAfterError(`(${host.self} ${pathOf(command)}--help shows the usage)`)
      .configureOutput({
        writeOut: (text) => void stdout.write(text),
        writeErr: (text) => void stderr.write(text),
        getOutHelpWidth: () => Math.min(stdout.columns, 110),
        getErrHelpWidth: () => Math.min(stderr.columns, 110),
        getOutHasColors: () => stdout.style.bold('x') !== 'x',
        getErrHasColors: () => stderr.style.bold('x') !== 'x',
        outputError: (text, write) => write(text.replace(/^error:/, stderr.style.red('error:'))),
      }),
  );
  return program;
}

function configure(command: Command, apply: (command: Command) => void): void {
  apply(command);
  for (const inner of command.commands) configure(inner, apply);
}

/** `run `, `runs show `; nothing for the program itself. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)}${command.name()} ` : '';
}
