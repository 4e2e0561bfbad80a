import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { arrayDirectory } from '../../directory/index.ts';
import { createEngine } from '../../embed.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import { CliError } from '../cli-error.ts';
import { servedRuns } from '../dry-run/served.ts';
import { dryRunJson, showDryRuns } from '../dry-run/show.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Phase, withHealth } from '../health.ts';
import type { Host } from '../host.ts';
import { type Certificate, type CertificateOptions, openServer, readCertificate } from '../http-server.ts';
import { engineStopMs, type StopTimeout } from '../interrupts.ts';
import { type Job, type JobOptions, jobOf } from '../job.ts';
import { claimJobFiles } from '../job-files.ts';
import { leftOutWarnings } from '../left-out.ts';
import { openTasks } from '../open-tasks.ts';
import {
  dbOption,
  outputOptions,
  someText,
  strictOption,
  tasksOptions,
  usersOptions,
  wholeNumber,
} from '../options.ts';
import { withSpinner } from '../progress.ts';
import { scheduledWorkflows, unfinishedWorkflows } from '../required-handlers.ts';
import { openStore, openToLook } from '../stores.ts';
import { oneLine, seconds } from '../text.ts';
import { openUsers } from '../users.ts';

/** Options of `tenure serve`. */
export interface ServeOptions extends JobOptions, StopTimeout, CertificateOptions {
  readonly db?: string;
  readonly port: number;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly readOnlyRuns?: boolean;
  readonly runIdHeader?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const PATH = 'identityGovernance/lifecycleWorkflows';

const HELP = `
Answers below http://127.0.0.1:PORT/v1.0/${PATH} (and /beta) as Microsoft Graph does, for
programs on this machine. Schedules are on, and unfinished runs go on. Without --db everything is in memory.

With --cert and --key it answers https, for clients that send tokens over nothing else. /livez says that it answers,
/readyz whether it is ready (200) or not (503); neither asks for a token.

Clients have to send \`Authorization: Bearer TOKEN\` when there is a token: from --token-file, or from the
variable TENURE_TOKEN, which others on the machine cannot read, or from --token, which they can. Without one,
every program of this machine may call.

Every task of an unfinished run and of a scheduled workflow needs a handler: from --tasks, or --effects, which only
writes down what would be done, or --no-op, which does nothing. Of other workflows it is asked when they are activated.

Examples:
  $ tenure serve --db hr.db --users staff.csv --effects effects.jsonl
  $ TENURE_TOKEN="$(cat token.txt)" tenure serve --db hr.db --users staff.csv --tasks ./handlers.mjs --port 8080
  $ curl http://127.0.0.1:8080/v1.0/${PATH}/workflows`;

/** `tenure serve`. */
export function serveCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('serve')
    .summary('answer as the Microsoft Graph API, on this machine')
    .description('Serves the workflows, runs and results of a database as Microsoft Graph has them.')
    .addOption(dbOption('keep everything in this SQLite file'))
    .addOption(
      new Option('--port <n>', 'the port; 0: any that is free')
        .argParser(wholeNumber(0, 65_535))
        .default(8_080),
    )
    .option('--users <file>', 'the people: .csv, .tsv, .jsonl or .json; default: nobody', someText);
  for (const option of [...usersOptions(), strictOption(), ...tasksOptions()]) command.addOption(option);
  command
    .addOption(
      new Option('--token <text>', 'what clients must send').argParser(someText).conflicts('tokenFile'),
    )
    .addOption(new Option('--token-file <file>', 'the file that has it').argParser(someText))
    .option('--https', 'answer https, with the certificate of --cert and the key of --key')
    .option('--cert <file>', 'a certificate, with its chain, PEM', someText)
    .option('--key <file>', 'its key, PEM, not encrypted', someText)
    .option('--read-only-runs', 'runs cannot be created, changed or deleted: as Entra has it')
    .option('--run-id-header', 'activations answer with the id of their run in x-run-id');
  for (const option of outputOptions()) command.addOption(option);
  return command.addHelpText('after', HELP).action(async (options: ServeOptions) => {
    end(await serve(host, options));
  });
}

/** Serves until somebody interrupts. */
export async function serve(host: Host, options: ServeOptions): Promise<ExitCode> {
  const token = await readToken(host, options);
  const certificate = await readCertificate(options);
  const job = jobOf({ ...options, users: options.users ?? '' });
  const quiet = options.quiet ?? false;
  const { users: people, tokenFile, cert, key } = options;
  const inputs = [people, tokenFile, cert, key].filter((path) => path !== undefined);
  await claimJobFiles(job, { db: options.db ?? null, inputs, force: options.force ?? false });
  const users: Directory =
    options.users === undefined ? arrayDirectory([]) : await openUsers(host, job, { isKept: false, quiet });
  try {
    if (options.dryRun) return await dryRun(host, options, users, job);
    const store = await openStore(options.db, { writerThread: 'large' }); // others are served meanwhile
    try {
      return await serveStore(host, options, { job, users, store, token, certificate });
    } finally {
      await store.close();
    }
  } finally {
    await users.close?.();
  }
}

async function dryRun(host: Host, options: ServeOptions, users: Directory, job: Job): Promise<ExitCode> {
  const store = await openToLook(options.db);
  try {
    const { unfinished, scheduled } = await withSpinner(host, 'looking at everybody', !options.quiet, () =>
      servedRuns({ store, users, clock: host.clock, job }),
    );
    const json = { unfinished: unfinished.map(dryRunJson), scheduled: scheduled.map(dryRunJson) };
    return await showDryRuns(host, [...unfinished, ...scheduled], { dryRun: true, ...json }, options);
  } finally {
    await store.close();
  }
}

interface Served {
  readonly job: Job;
  readonly users: Directory;
  readonly store: Store;
  readonly token: string | null;
  readonly certificate: Certificate | null;
}

async function serveStore(host: Host, options: ServeOptions, served: Served): Promise<ExitCode> {
  const { job, users, store } = served;
  const quiet = options.quiet ?? false;
  const workflows = [...(await unfinishedWorkflows(store)), ...(await scheduledWorkflows(store))];
  const tasks = await openTasks(host, job, { workflows, quiet });
  try {
    const engine = await createEngine({
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
  const tell = (error: unknown, where: string): void =>
    stderr.line(`warning: ${where}: ${oneLine(String(error))}`);
  engine.on('engine.error', ({ error, during }) => tell(error, during));
  engine.on('subjects.leftOut', ({ workflowId, selection }) => {
    for (const line of leftOutWarnings(selection))
      stderr.line(`warning: workflow ${workflowId}: ${oneLine(line)}`);
  });
  // Loaded here, since no other command needs them.
  const { bearerTokens, createGraphHandler } = await import('../../graph.ts');
  const handler = createGraphHandler(engine, {
    ...(token === null ? {} : { authorize: bearerTokens([token]) }),
    readOnlyRuns: options.readOnlyRuns ?? false,
    runIdHeader: options.runIdHeader ?? false,
    onError: (error, requestId) => tell(error, `request ${requestId}`),
  });
  let phase: Phase = 'starting';
  const interrupted = Promise.withResolvers<void>();
  const { stopTimeout, port } = options;
  const release = host.interrupts.handle(stopTimeout, (signal) => {
    if (stderr.isTerminal) stderr.line(); // the terminal has written ^C
    if (!options.quiet)
      stderr.line(`${signal}: stopping within ${seconds(stopTimeout)}. Ctrl-C once more quits at once.`);
    phase = 'stopping';
    interrupted.resolve();
  });
  try {
    const { clock } = host;
    const answer = withHealth(handler, engine, () => phase);
    const server = await openServer(answer, { port, certificate, clock });
    try {
      await engine.start();
      if (phase === 'starting') phase = 'ready';
      tellAddress(host, options, server.url, token);
      await interrupted.promise;
    } finally {
      // Both at once: requests that wait for a run are answered when the engine stops.
      const deadlineMs = engineStopMs(stopTimeout);
      await Promise.all([engine.stop({ deadlineMs }), server.close(deadlineMs)]);
    }
    return EXIT.ok;
  } finally {
    release();
  }
}

function tellAddress(
  { stdout, stderr }: Host,
  options: ServeOptions,
  url: string,
  token: string | null,
): void {
  if (options.json) {
    stdout.line(JSON.stringify({ url, path: `/v1.0/${PATH}`, needsToken: token !== null }));
    return;
  }
  stdout.line(`${url}/v1.0/${PATH}`);
  if (options.quiet) return;
  if (options.db === undefined)
    stderr.line('Everything is in memory, and gone afterwards (--db FILE keeps it).');
  if (options.op === false)
    stderr.line('No handler is called (--no-op): runs are recorded, and nothing is done.');
  else if (options.tasks === undefined && options.effects === undefined)
    stderr.line(
      'Nothing can be activated: there are no handlers (--tasks MODULE, --effects FILE or --no-op).',
    );
  if (token === null) stderr.line('Every program of this machine may call (--token-file FILE says who).');
  stderr.line('Ctrl-C stops.');
}

async function readToken({ env }: Host, { token, tokenFile }: ServeOptions): Promise<string | null> {
  const text =
    tokenFile === undefined
      ? (token ?? env.TENURE_TOKEN)
      : await readFile(tokenFile, 'utf8').catch((cause: unknown) => {
          throw new CliError(
            `Expected ${tokenFile} to be a file with a token, got none that can be read`,
            null,
            { cause },
          );
        });
  if (text === undefined || (text === '' && tokenFile === undefined)) return null;
  const trimmed = text.trim();
  if (/^\S{16,}$/.test(trimmed)) return trimmed;
  throw new CliError('Expected the token to be at least 16 characters without blanks, got something else');
}
