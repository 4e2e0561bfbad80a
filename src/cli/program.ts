import { Command, CommanderError } from 'commander';
import { checkCommand } from './commands/check.ts';
import { compareCommand } from './commands/compare.ts';
import { checkConfigCommand } from './commands/config/check-config.ts';
import { initCommand } from './commands/config/init.ts';
import { dashboardCommand } from './commands/dashboard.ts';
import { dbCommand } from './commands/db.ts';
import { demoCommand } from './commands/demo.ts';
import { explainCommand } from './commands/explain.ts';
import { personCommand } from './commands/person/person.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { runsCommand } from './commands/runs/runs.ts';
import { sampleCommand } from './commands/sample.ts';
import { scenarioCommand } from './commands/scenario/scenario.ts';
import { serveCommand } from './commands/serve.ts';
import { simulateCommand } from './commands/simulate.ts';
import { tasksCommand } from './commands/tasks.ts';
import { templatesCommand } from './commands/templates.ts';
import { verifyCommand } from './commands/verify/verify.ts';
import { workCommand } from './commands/work.ts';
import { workflowsCommand } from './commands/workflows/workflows.ts';
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
  const program = buildProgram(host, (value) => {
    code = value;
  });
  try {
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

/** All commands. */
export function buildProgram(host: Host, end: (code: ExitCode) => void): Command {
  const { stdout, stderr } = host;
  const program = new Command('tenure')
    .description(
      'Runs joiner, mover and leaver workflows for users, durably, and records what happened to each of them.',
    )
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', HELP);
  const commands = [
    runCommand,
    resumeCommand,
    runsCommand,
    workflowsCommand,
    explainCommand,
    personCommand,
    checkCommand,
    verifyCommand,
    initCommand,
    checkConfigCommand,
    serveCommand,
    dashboardCommand,
    workCommand,
    simulateCommand,
    compareCommand,
    scenarioCommand,
    sampleCommand,
    templatesCommand,
    tasksCommand,
    dbCommand,
    demoCommand,
  ];
  for (const make of commands) program.addCommand(make(host, end));
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
