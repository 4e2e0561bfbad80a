import { Command, Option } from 'commander';
import { PAGE_BEGINNING } from '../../../simulate/report/page.ts';
import type { ExportDocument, ExportReport } from '../../../testing.ts';
import type { Host } from '../../host.ts';
import { forceOption, jsonOption, someText } from '../../options.ts';
import { claimOutputs } from '../../output-files.ts';
import { writeReport } from '../../simulation.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { withSpinner } from '../../terminal/progress.ts';
import { tableLines } from '../../terminal/table.ts';
import { count, counted, oneLine, shortened, shortId } from '../../terminal/text.ts';
import { readFiles } from './read-files.ts';
import { readGraph } from './read-graph.ts';

/** Options of `tenure verify`. */
interface VerifyOptions {
  readonly url?: string;
  readonly tokenEnv?: string;
  readonly strictFailed?: boolean;
  readonly report?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const FINDINGS_SHOWN_MAX = 20;
/** How long a request that is under way may take after Ctrl-C, ms. */
const STOP_MS = 5_000;

const HELP = `
Reads runs, userProcessingResults, taskProcessingResults, taskReports and summaries as Microsoft Graph gives them
(v1.0 or beta), and checks every rule that applies to what is there. Several files are read in the order in which they
were exported; a row that comes again is compared with what it was. With --url it only reads, waits when it is
throttled, and takes one workflow or all of them. Exit code 2: there are findings.

Examples:
  $ tenure verify runs.json users.json tasks.json
  $ tenure verify monday/*.json tuesday/*.json --report history.html
  $ tenure verify --url https://graph.microsoft.com/v1.0 --token-env GRAPH_TOKEN`;

/** `tenure verify`. */
export function verifyCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('verify')
    .description('Checks runs and results as Microsoft Graph gives them by the rules of lifecycle workflows.')
    .argument('[files...]', 'answers of Graph, as JSON: pages, resources, or arrays of them')
    .addOption(
      new Option('--url <url>', 'read from this service instead: https://graph.microsoft.com/v1.0').argParser(
        someText,
      ),
    )
    .addOption(
      new Option('--token-env <name>', 'the environment variable with the access token for --url').argParser(
        someText,
      ),
    )
    .addOption(new Option('--strict-failed', 'read “failed” as: no task of the run completed'))
    .addOption(new Option('--report <file>', 'write an HTML page to this file').argParser(someText))
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (files: readonly string[], options: VerifyOptions, command: Command) => {
      if (files.length > 0 === (options.url !== undefined))
        command.error('error: expected either files, or --url');
      if (options.tokenEnv !== undefined && options.url === undefined)
        command.error('error: --token-env goes with --url');
      end(await verify(host, files, options));
    });
}

async function verify(host: Host, files: readonly string[], options: VerifyOptions): Promise<ExitCode> {
  const { report: path, force = false, strictFailed } = options;
  if (path !== undefined) {
    const output = {
      path,
      option: `--report ${path}`,
      isOurs: (text: string) => text.startsWith(PAGE_BEGINNING),
      makesFolders: true,
    };
    await claimOutputs([output], { inputs: files, force });
  }
  // Loaded here: other commands start without it.
  const { verifyGraphExport, graphExportPage } = await import('../../../testing.ts');
  const interrupted = new AbortController();
  const release = host.interrupts.handle(STOP_MS, (signal) => interrupted.abort(new Error(signal)));
  try {
    let [answers, last] = [0, ''];
    const source = counting(sourceOf(host, files, options, interrupted.signal), (name) => {
      answers += 1;
      last = name;
    });
    const report = await withSpinner(
      host,
      () => `verifying: ${counted(answers, 'answer')} · ${shortened(last, 60)}`,
      true,
      () => verifyGraphExport(source, strictFailed === undefined ? {} : { strictFailed }),
    );
    if (path !== undefined) await writeReport(path, [{ suffix: '.html', text: graphExportPage(report) }]);
    if (options.json) await host.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else for (const line of reportLines(host, report)) host.stdout.line(line);
    if (path !== undefined) host.stderr.line(`Wrote ${path}`);
    return report.findings.length === 0 ? EXIT.ok : EXIT.notAllWell;
  } catch (error) {
    if (interrupted.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    release();
  }
}

function sourceOf(
  { env, clock }: Host,
  files: readonly string[],
  { url, tokenEnv }: VerifyOptions,
  signal: AbortSignal,
): AsyncIterable<ExportDocument> {
  if (url === undefined) return readFiles(files);
  const token = tokenEnv === undefined ? null : (env[tokenEnv] ?? '').trim();
  if (token === '')
    throw new CliError(
      `Expected the environment variable ${tokenEnv} to have an access token, got none`,
      'One with LifecycleWorkflows-Reports.Read.All or LifecycleWorkflows.Read.All',
    );
  return readGraph({ url, token, clock, signal });
}

async function* counting(
  source: AsyncIterable<ExportDocument>,
  onDocument: (name: string) => void,
): AsyncGenerator<ExportDocument, void, void> {
  for await (const document of source) {
    onDocument(document.name);
    yield document;
  }
}

function reportLines({ stdout }: Host, report: ExportReport): readonly string[] {
  const { checked, moments, documents, findings, omittedFindingsCount, unchecked, ignored } = report;
  const what = [
    counted(checked.runs, 'run'),
    counted(checked.userResults, 'user result'),
    counted(checked.taskResults, 'task result'),
    counted(checked.taskReports, 'task report'),
    ...(checked.summaries === 1 ? ['1 summary'] : [`${count(checked.summaries)} summaries`]),
  ].join(', ');
  const from = `${counted(documents, 'answer')}${moments === 1 ? '' : `, read at ${count(moments)} moments`}`;
  const total = findings.length + omittedFindingsCount;
  const result =
    total === 0
      ? stdout.style.green('every rule that applies holds')
      : stdout.style.red(counted(total, 'finding'));
  return [
    `Checked ${what} (${from}): ${result}.`,
    ...findingLines(report),
    ...(unchecked.length === 0 ? [] : ['', 'Not checked, or not completely:']),
    ...tableLines(
      [{ head: '', align: 'right' }, { head: '' }],
      unchecked.map((one) => [`  ${count(one.count)}`, one.what]),
    ),
    ...(ignored.rows === 0 ? [] : ['', `Passed over: ${counted(ignored.rows, 'row')} of other resources.`]),
    ...(ignored.members.length === 0
      ? []
      : ['', `Unknown members: ${ignored.members.map(({ name }) => oneLine(name)).join(', ')}.`]),
  ];
}

function findingLines({ findings, omittedFindingsCount, rules }: ExportReport): readonly string[] {
  if (findings.length === 0) return [];
  const rows = findings
    .slice(0, FINDINGS_SHOWN_MAX)
    .map(({ rule, sureness, run, message }) => [
      rule,
      sureness,
      run === null ? '–' : oneLine(shortId(run)),
      shortened(message, 120),
    ]);
  const more = findings.length + omittedFindingsCount - rows.length;
  return [
    '',
    ...tableLines([{ head: 'RULE' }, { head: 'SURE' }, { head: 'RUN' }, { head: 'WHAT' }], rows),
    ...(more > 0 ? [`… and ${count(more)} more: --json or --report shows them with their rows`] : []),
    '',
    ...tableLines(
      [{ head: 'RULE' }, { head: 'STATED BY' }, { head: 'IT SAYS' }],
      rules.map(({ rule, basis, page, states }) => [
        rule,
        basis === 'documented' ? `Microsoft: ${page}` : `tenure${page === null ? '' : `, from: ${page}`}`,
        states,
      ]),
    ),
  ];
}
