import { Command, Option } from 'commander';
import type { Dashboard } from '../../dashboard.ts';
import { createEngine } from '../../embed.ts';
import { readSharedSettings } from '../../engine/cluster/shared-settings.ts';
import type { Engine } from '../../engine/engine.ts';
import { activityText } from '../../events/engine-activity.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import type { DryRun } from '../dry-run/dry-run.ts';
import { presentDryRun } from '../dry-run/present.ts';
import { servedRuns } from '../dry-run/served.ts';
import { dryRunJson } from '../dry-run/show.ts';
import type { Host } from '../host.ts';
import { type JobOptions, jobOf } from '../job/job.ts';
import { claimJobFiles } from '../job/job-files.ts';
import type { OpenJob } from '../job/open-job.ts';
import {
  dbOption,
  outputOptions,
  someText,
  strictOption,
  tasksOptions,
  usersOptions,
  wholeNumber,
} from '../options.ts';
import { dashboardFor, dashboardUrl, withDashboard } from '../serve/dashboard.ts';
import {
  type Certificate,
  type CertificateOptions,
  openServer,
  readCertificate,
} from '../serve/http-server.ts';
import { withMonitoring } from '../serve/monitoring.ts';
import { readToken, type TokenOptions, tokenOptions } from '../serve/token.ts';
import { openTasks } from '../session/open-tasks.ts';
import { scheduledWorkflows, unfinishedWorkflows } from '../session/required-handlers.ts';
import { openStore, openToLook } from '../session/stores.ts';
import { withUsers } from '../session/users.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { engineStopMs, type StopTimeout } from '../terminal/interrupts.ts';
import { leftOutWarnings } from '../terminal/left-out.ts';
import { oneLine, seconds } from '../terminal/text.ts';

/** Options of `tenure serve`. */
interface ServeOptions extends JobOptions, StopTimeout, CertificateOptions, TokenOptions {
  readonly db?: string;
  readonly port: number;
  readonly readOnlyRuns?: boolean;
  readonly runIdHeader?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const PATH = 'identityGovernance/lifecycleWorkflows';

const HELP = `
Serves http://127.0.0.1:PORT/v1.0/${PATH} (and /beta) as Microsoft Graph does, for
programs on this machine, and the dashboard at http://127.0.0.1:PORT/. Schedules are on, and unfinished runs resume.
Without --db everything is in memory.

With --https, --cert and --key it serves https, for clients that send tokens over nothing else. /livez answers while the
process runs, /readyz with 200 when it is ready and 503 when not; neither needs a token. /metrics has the metrics of the
engine for Prometheus.

With a token, clients must send \`Authorization: Bearer TOKEN\`. It comes from --token-file, or from the
variable TENURE_TOKEN, or from --token, which other users of the machine can read. Without a token,
every program on this machine may call. For the dashboard a link is printed that signs in once, within ten minutes;
later it asks for the token.

Every task of an unfinished run and of a scheduled workflow needs a handler: from --connect, or --tasks, or --effects,
which only records what would be done, or --no-op, which does nothing. Other workflows are checked when they are activated.

Examples:
  $ tenure serve --db hr.db --users staff.csv --effects effects.jsonl
  $ TENURE_TOKEN="$(cat token.txt)" tenure serve --db hr.db --users staff.csv --tasks ./handlers.mjs --port 8080
  $ curl http://127.0.0.1:8080/v1.0/${PATH}/workflows`;

/** `tenure serve`. */
export function serveCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('serve')
    .description('Serves the workflows, runs and results of a database as Microsoft Graph does.')
    .addOption(dbOption('keep everything in this SQLite file or Postgres database'))
    .addOption(
      new Option('--port <n>', 'the port; 0: any free port').argParser(wholeNumber(0, 65_535)).default(8_080),
    )
    .option('--users <file>', 'the users: .csv, .tsv, .jsonl or .json; default: none', someText);
  for (const option of [...usersOptions(), strictOption(), ...tasksOptions(), ...tokenOptions()])
    command.addOption(option);
  command
    .option('--https', 'serve https, with the certificate of --cert and the key of --key')
    .option('--cert <file>', 'a certificate, with its chain, PEM', someText)
    .option('--key <file>', 'its key, PEM, not encrypted', someText)
    .option('--read-only-runs', 'refuse to create, change or delete runs, as Microsoft Entra does')
    .option('--run-id-header', 'return the id of the run in the header x-run-id of activations');
  for (const option of outputOptions()) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (options: ServeOptions) => {
    end(await serve(host, options));
  });
}

/** Serves until a signal stops it. */
async function serve(host: Host, options: ServeOptions): Promise<ExitCode> {
  const token = await readToken(host, options);
  const certificate = await readCertificate(options);
  const job = jobOf(options);
  const quiet = options.quiet ?? false;
  const { tokenFile, cert, key } = options;
  const inputs = [tokenFile, cert, key].filter((path) => path !== undefined);
  await claimJobFiles(job, { db: options.db ?? null, inputs, force: options.force ?? false });
  return withUsers(host, job, { isKept: false, quiet, mayBeNone: true }, async (users, open) => {
    if (options.dryRun) return dryRun(host, options, users, open);
    const store = await openStore(options.db);
    try {
      return await serveStore(host, options, { job: open, users, store, token, certificate });
    } finally {
      await store.close();
    }
  });
}

async function dryRun(host: Host, options: ServeOptions, users: Directory, job: OpenJob): Promise<ExitCode> {
  const store = await openToLook(options.db);
  try {
    const plan = () => servedRuns({ store, users, clock: host.clock, job });
    const json = (all: readonly DryRun[]) => ({
      dryRun: true,
      unfinished: all.filter(({ runId }) => runId !== null).map(dryRunJson),
      scheduled: all.filter(({ runId }) => runId === null).map(dryRunJson),
    });
    return await presentDryRun(host, options, { users, job, plan, json });
  } finally {
    await store.close();
  }
}

interface Served {
  readonly job: OpenJob;
  readonly users: Directory;
  readonly store: Store;
  readonly token: string | null;
  readonly certificate: Certificate | null;
}

async function serveStore(host: Host, options: ServeOptions, served: Served): Promise<ExitCode> {
  const { job, users, store } = served;
  const quiet = options.quiet ?? false;
  const workflows = [...(await unfinishedWorkflows(store)), ...(await scheduledWorkflows(store))];
  const tasks = await openTasks(host, job, { workflows, db: options.db ?? null, quiet });
  try {
    const engine = await createEngine({
      ...(await readSharedSettings(store)),
      store,
      directory: users,
      tasks: tasks.handlers.tasks,
      noOp: job.noOp,
      strictSelection: options.strict ?? false,
      clock: host.clock,
      ...(job.concurrency === null ? {} : { concurrency: job.concurrency }),
    });
    try {
      return await serveEngine(host, options, engine, served);
    } finally {
      await engine.close({ deadlineMs: engineStopMs(options.stopTimeout) });
    }
  } finally {
    tasks.close();
  }
}

async function serveEngine(
  host: Host,
  options: ServeOptions,
  engine: Engine,
  { token, certificate }: Served,
): Promise<ExitCode> {
  const { stderr } = host;
  const warn = (error: unknown, where: string): void =>
    stderr.line(`warning: ${where}: ${oneLine(String(error))}`);
  engine.on('engine.error', (event) => warn(event.error, activityText(event)));
  engine.on('workflow.subjectsLeftOut', ({ workflowId, selection }) => {
    for (const line of leftOutWarnings(selection))
      stderr.line(`warning: workflow ${workflowId}: ${oneLine(line)}`);
  });
  // Loaded here, since no other command needs them.
  const { bearerTokens, createGraphHandler } = await import('../../graph.ts');
  const authorize = token === null ? null : bearerTokens([token]);
  const handler = createGraphHandler(engine, {
    ...(authorize === null ? {} : { authorize }),
    readOnlyRuns: options.readOnlyRuns ?? false,
    runIdHeader: options.runIdHeader ?? false,
    onError: (error, requestId) => warn(error, `request ${requestId}`),
  });
  const dashboard = await dashboardFor(engine, token, {
    onError: (error, requestId) => warn(error, `dashboard, ${requestId}`),
  });
  const interrupted = Promise.withResolvers<void>();
  const { stopTimeout, port } = options;
  const release = host.interrupts.handle(stopTimeout, (signal) => {
    if (stderr.isTerminal) stderr.line(); // ends the line with the terminal's ^C
    if (!options.quiet)
      stderr.line(
        `${signal}: stopping within ${seconds(stopTimeout)}. Press Ctrl-C again to quit immediately.`,
      );
    interrupted.resolve();
  });
  try {
    const { clock } = host;
    const answer = withMonitoring(withDashboard(handler, dashboard), engine, authorize);
    const server = await openServer(answer, { port, certificate, clock });
    try {
      await engine.start();
      printAddress(host, options, server.url, { token, dashboard });
      await interrupted.promise;
    } finally {
      // In parallel: requests that wait for a run are answered when the engine stops.
      const deadlineMs = engineStopMs(stopTimeout);
      dashboard.close();
      await Promise.all([engine.stop({ deadlineMs }), server.close(deadlineMs)]);
    }
    return EXIT.ok;
  } finally {
    release();
  }
}

function printAddress(
  { stdout, stderr }: Host,
  options: ServeOptions,
  url: string,
  { token, dashboard }: { readonly token: string | null; readonly dashboard: Dashboard },
): void {
  const page = dashboardUrl(dashboard, url, token);
  if (options.json) {
    stdout.line(JSON.stringify({ url, path: `/v1.0/${PATH}`, needsToken: token !== null, dashboard: page }));
    return;
  }
  stdout.line(`${url}/v1.0/${PATH}`);
  if (options.quiet) return;
  stderr.line(`Dashboard: ${page}`);
  if (options.db === undefined)
    stderr.line('Everything is in memory and will be lost at exit (--db FILE keeps it).');
  if (options.op === false)
    stderr.line('No handlers are called (--no-op): runs are recorded, and nothing is done.');
  else if (options.tasks === undefined && options.effects === undefined)
    stderr.line(
      'Workflows cannot be activated without handlers (--tasks MODULE, --effects FILE or --no-op).',
    );
  if (token === null)
    stderr.line('Every program on this machine may call (--token-file FILE requires a token).');
  stderr.line('Press Ctrl-C to stop.');
}
