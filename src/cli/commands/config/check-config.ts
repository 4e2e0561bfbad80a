import { Command, Option } from 'commander';
import type { NamedConnection, OpenConfig } from '../../../config/open-config.ts';
import type { ConnectionCheck } from '../../../connectors/kernel/connection-check.ts';
import type { Host } from '../../host.ts';
import { jsonOption } from '../../options.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { withSpinner } from '../../terminal/progress.ts';
import { tableLines } from '../../terminal/table.ts';
import { counted, oneLine } from '../../terminal/text.ts';

/** Options of `tenure check-config`. */
interface CheckConfigOptions {
  readonly json?: boolean;
  readonly schema?: boolean;
}

/** What came of a connection. */
interface CheckedConnection extends Pick<NamedConnection, 'name' | 'kind' | 'isDirectory' | 'tasks'> {
  readonly checks: readonly ConnectionCheck[];
}

/** How long stopping by a signal may take, ms. */
const STOP_MS = 2_000;

const HELP = `
Signs in to every connection and reads a little of what tasks and the directory need; changes nothing. Says which
connection does which tasks. Exit code 2: something does not work.

Examples:
  $ tenure check-config tenure.config.ts
  $ tenure check-config --schema > tenure.schema.json     for the "$schema" of a .json file`;

/** `tenure check-config`. */
export function checkConfigCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('check-config')
    .description('Tries each connection of a configuration, reading only, and says what works.')
    .argument('[config]', 'tenure.config.ts, .js or .json')
    .addOption(jsonOption())
    .addOption(new Option('--schema', 'print the JSON schema of .json files, and try nothing'))
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, options: CheckConfigOptions, command: Command) => {
      if (options.schema) {
        const { CONFIG_SCHEMA } = await import('../../../config/config.ts');
        await host.stdout.write(`${JSON.stringify(CONFIG_SCHEMA, null, 2)}\n`);
      } else if (file === undefined) command.error("error: missing required argument 'config'");
      else end(await checkConfig(host, file, options));
    });
}

/** Tries the connections of a configuration. */
async function checkConfig(host: Host, file: string, options: CheckConfigOptions): Promise<ExitCode> {
  // Loaded here, since other commands need no Valibot.
  const { openConfig } = await import('../../../config/open-config.ts');
  const config = await openConfig(file, { env: host.env, dateAttributes: [] });
  try {
    if (config.connections.length === 0)
      throw new CliError(`Expected ${file} to have connections, got none`, 'See: tenure init');
    const interrupted = new AbortController();
    const release = host.interrupts.handle(STOP_MS, (signal) => interrupted.abort(new Error(signal)));
    try {
      const checked = await withSpinner(
        host,
        `trying ${counted(config.connections.length, 'connection')}`,
        true,
        () => checkAll(config, interrupted.signal),
      );
      if (options.json) host.stdout.line(JSON.stringify(reportOf(config, checked), null, 2));
      else for (const line of lines(host, checked, config)) host.stdout.line(line);
      if (interrupted.signal.aborted) return EXIT.interrupted;
      return checked.every(works) ? EXIT.ok : EXIT.notAllWell;
    } finally {
      release();
    }
  } finally {
    await config.close();
  }
}

function checkAll({ connections }: OpenConfig, signal: AbortSignal): Promise<readonly CheckedConnection[]> {
  return Promise.all(
    connections.map(async ({ name, kind, isDirectory, tasks, check }) => ({
      name,
      kind,
      isDirectory,
      tasks,
      checks: await check(signal),
    })),
  );
}

function works({ checks }: CheckedConnection): boolean {
  return checks.every(({ failure }) => failure === null);
}

function reportOf({ ownTasks }: OpenConfig, connections: readonly CheckedConnection[]): object {
  return { works: connections.every(works), connections, ownTasks };
}

function lines(
  { stdout }: Host,
  checked: readonly CheckedConnection[],
  { ownTasks }: OpenConfig,
): readonly string[] {
  const { style } = stdout;
  const marks = { works: style.green('✓'), fails: style.red('✗') };
  const shown = checked.flatMap(({ name, kind, isDirectory, tasks, checks }) => [
    `${style.bold(name)} · ${kind}${isDirectory ? ' · has the people' : ''}${tasksText(tasks)}`,
    ...tableLines(
      [{ head: '' }, { head: '' }],
      checks.map(({ name: what, detail, failure }) => [
        `  ${failure === null ? marks.works : marks.fails} ${what}`,
        oneLine(failure ?? detail ?? ''),
      ]),
    ),
  ]);
  const own = ownTasks.length === 0 ? [] : [`handlers of the configuration${tasksText(ownTasks)}`];
  return [...shown, ...own];
}

function tasksText(tasks: readonly string[]): string {
  return tasks.length === 0 ? '' : ` · does ${tasks.join(', ')}`;
}
