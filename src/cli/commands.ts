import type { Command } from 'commander';
import type { Host } from './host.ts';
import type { ExitCode } from './terminal/exit-codes.ts';

/** Makes a command. What it exits with goes to `end`. */
type MakeCommand = (host: Host, end: (code: ExitCode) => void) => Command;

/** A command as the list of all commands has it. */
export interface ListedCommand {
  readonly name: string;
  /** What the list says of it. */
  readonly summary: string;
  /** Loads its module, with all that the command needs: a start loads what it runs. */
  readonly load: () => Promise<MakeCommand>;
}

/** All commands, in the order of the list. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'run',
    summary: 'run a workflow for the users in a file',
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  {
    name: 'resume',
    summary: 'finish the unfinished runs of a database',
    load: async () => (await import('./commands/resume.ts')).resumeCommand,
  },
  {
    name: 'runs',
    summary: 'list, show, cancel, reprocess or delete runs',
    load: async () => (await import('./commands/runs/runs.ts')).runsCommand,
  },
  {
    name: 'workflows',
    summary: 'look at the workflows of a database, or change one',
    load: async () => (await import('./commands/workflows/workflows.ts')).workflowsCommand,
  },
  {
    name: 'explain',
    summary: 'why a person was processed, or was not; what an error means',
    load: async () => (await import('./commands/explain/explain.ts')).explainCommand,
  },
  {
    name: 'person',
    summary: 'everything that was done for a person',
    load: async () => (await import('./commands/person/person.ts')).personCommand,
  },
  {
    name: 'check',
    summary: 'recount everything and verify every invariant',
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  {
    name: 'verify',
    summary: 'check the history of Entra, or of anything that Graph gives, by the rules',
    load: async () => (await import('./commands/verify/verify.ts')).verifyCommand,
  },
  {
    name: 'init',
    summary: 'write an example configuration for --connect',
    load: async () => (await import('./commands/config/init.ts')).initCommand,
  },
  {
    name: 'check-config',
    summary: 'try the connections of a configuration',
    load: async () => (await import('./commands/config/check-config.ts')).checkConfigCommand,
  },
  {
    name: 'serve',
    summary: 'serve the Microsoft Graph API on this machine',
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  {
    name: 'dashboard',
    summary: 'look at a database in a browser',
    load: async () => (await import('./commands/dashboard.ts')).dashboardCommand,
  },
  {
    name: 'work',
    summary: 'help with the runs of a Postgres database',
    load: async () => (await import('./commands/work.ts')).workCommand,
  },
  {
    name: 'simulate',
    summary: 'run a scenario in virtual time: a year in seconds',
    load: async () => (await import('./commands/simulate.ts')).simulateCommand,
  },
  {
    name: 'compare',
    summary: 'what if: two scenarios, person by person',
    load: async () => (await import('./commands/compare.ts')).compareCommand,
  },
  {
    name: 'size',
    summary: 'how many workers: the cheapest setting that meets a goal',
    load: async () => (await import('./commands/size.ts')).sizeCommand,
  },
  {
    name: 'scenario',
    summary: 'make a scenario of what a database has recorded',
    load: async () => (await import('./commands/scenario/scenario.ts')).scenarioCommand,
  },
  {
    name: 'sample',
    summary: 'write a CSV file of sample employees',
    load: async () => (await import('./commands/sample.ts')).sampleCommand,
  },
  {
    name: 'templates',
    summary: 'list the workflow templates',
    load: async () => (await import('./commands/templates.ts')).templatesCommand,
  },
  {
    name: 'tasks',
    summary: 'list the task definitions',
    load: async () => (await import('./commands/tasks.ts')).tasksCommand,
  },
  {
    name: 'db',
    summary: 'prepare a Postgres database, copy one to another',
    load: async () => (await import('./commands/db/db.ts')).dbCommand,
  },
  {
    name: 'demo',
    summary: 'see it work: 1,000 employees, accounts, groups and mail, some failures',
    load: async () => (await import('./commands/demo.ts')).demoCommand,
  },
  {
    name: 'docs',
    summary: 'read the documentation in a browser, offline',
    load: async () => (await import('./commands/docs.ts')).docsCommand,
  },
];
