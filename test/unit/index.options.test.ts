/** Options of everything that the package exports: what is not an option is refused at once, and by name. */
import { afterAll, describe, expect, it } from 'vitest';
import * as dashboard from '../../src/dashboard.ts';
import { LifecycleError } from '../../src/errors/lifecycle-error.ts';
import * as graph from '../../src/graph.ts';
import * as main from '../../src/index.ts';
import * as pgBoss from '../../src/pg-boss.ts';
import * as postgres from '../../src/postgres.ts';
import { SCENARIOS } from '../../src/simulate/scenarios/named-scenarios.ts';
import * as simulation from '../../src/simulate.ts';
import * as sql from '../../src/sql.ts';
import * as sqlite from '../../src/sqlite.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import * as arbitraries from '../../src/testing/fast-check.ts';
import * as kit from '../../src/testing.ts';
import * as webhook from '../../src/webhook.ts';

/** No function has an option of this name. */
const STRAY = { qwertz: 1 };
/** A parameter of any type, as plain JavaScript has it. */
const given = (fields: object): never => ({ ...fields, ...STRAY }) as never;
const stray = given({});

const engine = await main.createEngine();
const ledger = await main.createLedger();
afterAll(async () => {
  await engine.close();
  await ledger.close();
});

const scenario = SCENARIOS['onboarding-year'] as simulation.Scenario;
const PERMISSION = graph.PERMISSIONS.readWriteAll;
const counters = main.NO_COUNTERS;
const model = kit.createRun({ users: 1, continueOnError: [false] });
const snapshot = kit.snapshotOf(model);
const run = kit.graphOf(model);
const plan = kit.NO_FAULTS;
const EXECUTED = { workflow: {}, population: [], effects: () => ({}), tasks: () => ({}) };
const RUNNER = { describe: () => {}, it: Object.assign(() => {}, { skip: () => {} }) };

const HOOK = webhook.webhookConnection({
  http: { baseUrl: 'https://hooks.example.org' },
  secrets: webhook.newWebhookSecret(),
});

type Calls = Readonly<Record<string, () => unknown>>;

/** Each function that takes options, called with an option that it does not have. */
const CALLS: Readonly<Record<string, Calls>> = {
  main: {
    createEngine: () => main.createEngine(stray),
    createLedger: () => main.createLedger(stray),
    csvDirectory: () => main.csvDirectory('nowhere.csv', stray),
    jsonDirectory: () => main.jsonDirectory('nowhere.json', stray),
    jsonlDirectory: () => main.jsonlDirectory('nowhere.jsonl', stray),
    openDirectory: () => main.openDirectory('nowhere.csv', stray),
    httpCallout: () => main.httpCallout(stray),
    checkStore: () => main.checkStore(memoryStore(), stray),
    permanent: () => main.permanent('no', stray),
    retryAfter: () => main.retryAfter(1, 'busy', stray),
    aggregateStatus: () => main.aggregateStatus(counters, false, stray),
    checkRunRecord: () => main.checkRunRecord({} as never, [], stray),
    startRunCheck: () => main.startRunCheck({} as never, stray),
  },
  sqlite: { sqliteStore: () => sqlite.sqliteStore('nowhere/at/all.db', stray) },
  postgres: { postgresStore: () => postgres.postgresStore(stray) },
  pgBoss: { pgBossSource: () => pgBoss.pgBossSource(memoryStore(), stray) },
  dashboard: {
    createDashboard: () => dashboard.createDashboard(engine, stray),
  },
  sql: { sqlDirectory: () => sql.sqlDirectory(stray) },
  webhook: {
    webhookConnection: () => webhook.webhookConnection(stray),
    webhookTasks: () => webhook.webhookTasks(HOOK, { greet: stray }),
    signWebhook: () => webhook.signWebhook(stray),
    verifyWebhook: () => webhook.verifyWebhook({ headers: {}, body: '' }, stray),
  },
  graph: {
    createGraphHandler: () => graph.createGraphHandler(engine, stray),
    bearerTokens: () => graph.bearerTokens([given({ token: 'a token of some length' })]),
  },
  simulation: {
    simulate: () => simulation.simulate(scenario, stray),
    simulateFile: () => simulation.simulateFile('nowhere.json', stray),
    simulateRead: () => simulation.simulateRead(simulation.readScenario(scenario), stray),
    compare: () => simulation.compare(scenario, scenario, stray),
    compareFiles: () => simulation.compareFiles('nowhere.json', 'nowhere.json', stray),
    compareVersions: () => simulation.compareVersions(engine, 'x', stray),
    compareRead: () => {
      const read = simulation.readScenario(scenario);
      return simulation.compareRead(read, read, stray);
    },
    size: () => simulation.size(scenario, given({ goals: ['failed <= 1%'], vary: ['interval=1'] })),
    sizeRead: () =>
      simulation.sizeRead(
        simulation.readScenario(scenario),
        given({ goals: ['failed <= 1%'], vary: ['interval=1'] }),
      ),
    scenarioFrom: () => simulation.scenarioFrom(memoryStore(), main.arrayDirectory([]), stray),
    validateScenario: () => simulation.validateScenario({} as never, stray),
    readScenario: () => simulation.readScenario(scenario, stray),
    readScenarioFile: () => simulation.readScenarioFile('nowhere.json', stray),
  },
  kit: {
    EngineHarness: () => new kit.EngineHarness(stray),
    checkDatabase: () => kit.checkDatabase(memoryStore(), stray),
    checkRun: () => kit.checkRun(run.run, run.results, stray),
    crashingStore: () => kit.crashingStore(memoryStore(), given({ commit: 1, when: 'before' })),
    createRun: () => kit.createRun(given({ users: 1, continueOnError: [false] })),
    endureFaults: () => kit.endureFaults(given({ plan, ...EXECUTED })),
    exploreInterleavings: () => kit.exploreInterleavings(given({ users: 1, tasks: 1 })),
    faultyStore: () => kit.faultyStore(memoryStore(), plan, stray),
    faultyTasks: () => kit.faultyTasks({}, plan, given({ subjectIds: [] })),
    graphOf: () => kit.graphOf(model, stray),
    idempotencyAudit: () => kit.idempotencyAudit(given(EXECUTED)),
    possibleEvents: () => kit.possibleEvents(model, stray),
    connectorContract: () => kit.connectorContract(RUNNER, given({ name: 'x', make: () => {}, faults: [] })),
    workSourceContract: () => kit.workSourceContract(RUNNER, given({ name: 'x', make: () => {} })),
    storeContract: () => {
      const capabilities = { durable: false, sharedWriters: false };
      return kit.storeContract(RUNNER, given({ name: 'x', capabilities, make: () => {} }));
    },
    verifyGraphExport: () => kit.verifyGraphExport([], stray),
    violationsOf: () => kit.violationsOf(snapshot, null, stray),
  },
  arbitraries: {
    brokenGraphExport: () => arbitraries.brokenGraphExport(stray),
    brokenGraphRun: () => arbitraries.brokenGraphRun(stray),
    engineCommands: () => arbitraries.engineCommands(stray),
    eventSequence: () => arbitraries.eventSequence(stray),
    faultPlan: () => arbitraries.faultPlan(stray),
    graphExport: () => arbitraries.graphExport(stray),
    graphRun: () => arbitraries.graphRun(stray),
    inconsistentRunCounters: () => arbitraries.inconsistentRunCounters(stray),
    inconsistentUserCounters: () => arbitraries.inconsistentUserCounters(stray),
    ledgerCommands: () => arbitraries.ledgerCommands(stray),
    ledgerModel: () => arbitraries.ledgerModel(stray),
    ledgerOperation: () => arbitraries.ledgerOperation(stray),
    ledgerScript: () => arbitraries.ledgerScript(stray),
    modelPlan: () => arbitraries.modelPlan(stray),
    population: () => arbitraries.population(stray),
    runCounters: () => arbitraries.runCounters(stray),
    scenario: () => arbitraries.scenario(stray),
    subject: () => arbitraries.subject(stray),
    task: () => arbitraries.task(stray),
    tasks: () => arbitraries.tasks(stray),
    userCounters: () => arbitraries.userCounters(stray),
    workflowInput: () => arbitraries.workflowInput(stray),
  },
};

/** The exported functions that take no options: values, data, or nothing. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  main: `InvariantError LifecycleError arrayDirectory checkStep consoleLogger countersAfter countersWithUser decideUser defineTask
    findTaskDefinition findWorkflowTemplate isLegalMove isTerminal matchesRow memoryStore nextStatuses pageOf
    pageOfWorkflow parseMapping parseScopeRule pinoLogger positionOf positionsToReprocess quarantineOf recount reportStatus runSums taskView userSums`.split(
    /\s+/,
  ),
  sqlite: [],
  postgres: ['postgresSql'],
  pgBoss: [],
  dashboard: [],
  sql: [],
  webhook: ['WebhookRefused', 'newWebhookSecret'],
  graph: [],
  simulation: `calendarCsv comparisonFiles comparisonReport differencesCsv runsCsv simulationFiles
    simulationReport sizingFiles sizingReport validationFiles validationReport virtualClock`.split(/\s+/),
  kit: `LedgerModel aggregate appendResult apply canPerform cancelExternalRun checkHistory createExternalRun
    describeViolations formatAudit formatViolations graphExportPage ledgerClient moveResult openHttpProxy perform reachable recordHistory
    refusalOfAppend refusalOfMove snapshotOf snapshotOfExternal snapshotOfRecords withoutTimes`.split(/\s+/),
  arbitraries: `engineModel executionType runStatus taskStatus terminalStatus userStatus
    workflowCategory`.split(/\s+/),
};

/** Each method of an engine that takes options or an object to read. */
const METHODS: Readonly<Record<string, Calls>> = {
  engine: { stop: () => engine.stop(stray), close: () => engine.close(stray) },
  workflows: {
    create: () => engine.workflows.create(stray),
    createFromTemplate: () => engine.workflows.createFromTemplate('Offboard an employee', stray),
    update: () => engine.workflows.update('x', stray),
    createNewVersion: () => engine.workflows.createNewVersion('x', {} as never, stray),
    updateTask: () => engine.workflows.updateTask('x', 'y', stray),
    clearQuarantine: () => engine.workflows.clearQuarantine('x', stray),
    delete: () => engine.workflows.delete('x', stray),
    restore: () => engine.workflows.restore('x', stray),
    eligible: () => engine.workflows.eligible('x', stray),
    explain: () => engine.workflows.explain('x', 'u1', stray),
  },
  runs: {
    list: () => engine.runs.list('x', stray),
    create: () => engine.runs.create('x', stray),
    update: () => engine.runs.update('y', stray),
    reprocess: () => engine.runs.reprocess('y', stray),
    evaluate: () => engine.runs.evaluate('x', stray),
  },
  userProcessingResults: { list: () => engine.userProcessingResults.list('y', stray) },
  subjectProcessingResults: { list: () => engine.subjectProcessingResults.list('y', stray) },
  taskProcessingResults: {
    list: () => engine.taskProcessingResults.list('y', stray),
    resume: () => engine.taskProcessingResults.resume('y', stray, { token: 'z' }),
  },
  settings: { update: () => engine.settings.update(stray) },
  insights: {
    topTasksProcessedSummary: () => engine.insights.topTasksProcessedSummary(...WINDOW, stray),
    topWorkflowsProcessedSummary: () => engine.insights.topWorkflowsProcessedSummary(...WINDOW, stray),
  },
  customTaskExtensions: { create: () => engine.customTaskExtensions.create(stray) },
};
const WINDOW = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'] as const;

/** What `call` throws, at once or later. */
async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return null;
}

async function refusalOf(call: () => unknown): Promise<LifecycleError<'InvalidArgument'>> {
  const error = await errorOf(call);
  if (LifecycleError.is(error) && error.code === 'InvalidArgument') return error;
  throw new Error('Expected InvalidArgument', { cause: error });
}

const flat = (table: Readonly<Record<string, Calls>>) =>
  Object.entries(table).flatMap(([of, calls]) =>
    Object.entries(calls).map(([name, call]) => [`${of}.${name}`, call] as const),
  );

describe('every exported function', () => {
  it.each([
    ['main', main],
    ['sqlite', sqlite],
    ['postgres', postgres],
    ['pgBoss', pgBoss],
    ['dashboard', dashboard],
    ['sql', sql],
    ['webhook', webhook],
    ['graph', graph],
    ['simulation', simulation],
    ['kit', kit],
    ['arbitraries', arbitraries],
  ])('of %s is known here, with options or without', (entry, module) => {
    const functions = Object.entries(module).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    const known = [...Object.keys(CALLS[entry] ?? {}), ...(WITHOUT[entry] ?? [])];
    expect(functions.sort()).toEqual(known.sort());
  });

  it.each(flat(CALLS))('%s refuses an option that it does not have', async (_name, call) => {
    const { message, details } = await refusalOf(call);
    expect(String(details.field)).toMatch(/(^|\.)qwertz$/);
    expect(message).toMatch(/to have (only .*|no fields), got `qwertz`$/);
  });
});

describe('every method that takes options', () => {
  it.each(flat(METHODS))('%s refuses one that it does not have', async (_name, call) => {
    const { message, details } = await refusalOf(call);
    expect(details.field).toBe('qwertz');
    expect(message).toContain('got `qwertz`');
  });
});

describe('an option with a slip of the pen', () => {
  const handlers = (handler: object) => () => main.createEngine({ tasks: { badge: handler } } as never);
  it.each<[string, () => unknown, string]>([
    ['concurency', () => main.createEngine({ concurency: 4 } as never), 'concurrency'],
    ['retries', handlers({ run: () => {}, retries: 3 }), 'retry'],
    ['attempt', handlers({ run: () => {}, retry: { attempt: 3 } }), 'attempts'],
    ['filtr', () => engine.runs.list('x', { filtr: "processingStatus eq 'failed'" } as never), 'filter'],
    ['deadlineMS', () => engine.stop({ deadlineMS: 300 } as never), 'deadlineMs'],
    ['readonly', () => sqlite.sqliteStore('a.db', { readonly: true } as never), 'readOnly'],
    ['strictFail', () => main.createLedger({ strictFail: true } as never), 'strictFailed'],
    ['runDays', () => main.createEngine({ retention: { runDays: 3 } } as never), 'runsDays'],
    ['workflowMax', () => main.createEngine({ limits: { workflowMax: 3 } } as never), 'workflowsMax'],
    ['onDuplicates', () => main.csvDirectory('a.csv', { onDuplicates: 'first' } as never), 'onDuplicate'],
    ['scop', () => main.retryAfter(1, 'busy', { scop: 'handler' } as never), 'scope'],
    ['allowedHost', () => graph.createGraphHandler(engine, { allowedHost: [] } as never), 'allowedHosts'],
  ])('`%s` is told with the right name', async (wrong, call, right) => {
    const { message, details } = await refusalOf(call);
    expect(message).toMatch(new RegExp(`got \`${wrong}\`; did you mean \`${right}\`\\?$`));
    expect(details.nearest).toBe(right);
  });

  it.each<[string, () => unknown, string]>([
    ['an event', () => engine.on('run.finsihed' as never, () => {}), 'run.finished'],
    ['an event of a ledger', () => ledger.on('run.create' as never, () => {}), 'run.created'],
    ['a policy', () => main.createEngine({ missedSlots: 'onec' } as never), 'once'],
    ['an order', () => engine.workflows.list().then(() => orderBy('scheduledDateTme')), 'scheduledDateTime'],
    [
      'a permission',
      () => graph.bearerTokens([{ token: 'x'.repeat(16), permissions: [PERMISSION.slice(0, -1) as never] }]),
      PERMISSION,
    ],
  ])('%s is told with the right name', async (_what, call, right) => {
    expect((await refusalOf(call)).message).toContain(`did you mean \`${right}\`?`);
  });
});

async function orderBy(property: string): Promise<unknown> {
  const workflow = await ledger.workflows.createFromTemplate('Offboard an employee');
  return ledger.runs.list(workflow.id, { orderBy: property });
}

describe('an option of the wrong kind', () => {
  const onClock = (clock: object) => () => main.createEngine({ clock } as never);
  it.each<[string, () => unknown, string]>([
    [
      'a file name for a store',
      () => main.createEngine({ store: 'tenure.db' } as never),
      'Expected store to be a store such as memoryStore() or sqliteStore(\'tenure.db\'), got `"tenure.db"`',
    ],
    [
      'nothing for a directory',
      () => main.createEngine({ directory: {} } as never),
      "Expected directory to be a directory such as arrayDirectory(people) or csvDirectory('people.csv'), got an object",
    ],
    [
      'half a clock',
      onClock({ now: () => 0, setTimer: () => {} }),
      'Expected clock to be a clock, with now, setTimer, elapsed, yield, got one without elapsed, yield',
    ],
    [
      'text for a number',
      () => main.createEngine({ concurrency: '7' } as never),
      'Expected concurrency to be a whole number in 1..100000, got `"7"`',
    ],
    [
      'a number that is too small',
      () => main.createEngine({ concurrency: 0 }),
      'Expected concurrency to be a whole number in 1..100000, got `0`',
    ],
    [
      'a number for a handler',
      () => main.createEngine({ tasks: { badge: 3 } } as never),
      'Expected tasks.badge to be a function, or an object with a function `run`, got `3`',
    ],
    [
      'a number of retries',
      () => main.createEngine({ tasks: { badge: { run: () => {}, retry: 3 } } } as never),
      'Expected tasks.badge.retry to be an object, got `3`',
    ],
    [
      'a Map of handlers',
      () => main.createEngine({ tasks: new Map() } as never),
      'Expected tasks to be an object with a handler for each name, got a Map',
    ],
    [
      'no listener',
      () => engine.on('run.finished', undefined as never),
      'Expected listener to be a function, got nothing',
    ],
    [
      'an engine that is not awaited',
      () => graph.createGraphHandler(main.createEngine() as never),
      'Expected engine to be an engine: await createEngine(), got an object',
    ],
    [
      'one person for many',
      () => main.arrayDirectory({ id: 'ada' } as never),
      'Expected subjects to be an array of people, or another iterable, got an object',
    ],
    [
      'a mapping that was not read',
      () => main.csvDirectory('a.csv', { map: 'id=WorkerID' } as never),
      'Expected map to be a Map such as parseMapping(\'id=WorkerID\') gives, got `"id=WorkerID"`',
    ],
    [
      'options that are text',
      () => main.createEngine('tenure.db' as never),
      'Expected the options of createEngine to be an object, got `"tenure.db"`',
    ],
  ])('is refused: %s', async (_what, call, message) => {
    expect((await refusalOf(call)).message).toBe(message);
  });

  it('never shows a token', async () => {
    for (const tokens of ['a secret of mine', [{ token: 'a secret' }], ['a secret'], [{ token: 5 }]]) {
      const { message } = await refusalOf(() => graph.bearerTokens(tokens as never));
      expect(message).not.toMatch(/secret/);
    }
  });
});

describe('a handler that is an object of a class', () => {
  it('may have fields of its own, and inherits its methods', async () => {
    class Badge {
      readonly done: string[] = [];
      readonly concurrency = 1;
      run({ subject }: { readonly subject: { readonly id: string } }): void {
        this.done.push(subject.id);
      }
    }
    const badge = new Badge();
    await using own = await main.createEngine({
      directory: main.arrayDirectory([{ id: 'ada' }]),
      tasks: { badge },
    });
    await own.start();
    const { id } = await own.workflows.create({
      category: 'joiner',
      displayName: 'First day',
      executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
      tasks: [{ taskDefinitionId: 'badge' }],
    });
    await own.runs.waitFor((await own.runs.activate(id, { subjects: ['ada'] })).id);
    expect(badge.done).toEqual(['ada']);
  });
});

describe('a directory that is promised', () => {
  const people = () => main.arrayDirectory([{ id: 'ada' }]);

  it('is awaited, and the engine has its people', async () => {
    await using own = await main.createEngine({ directory: Promise.resolve(people()) });
    expect(await own.directory.get(['ada', 'bob'])).toEqual([{ id: 'ada' }]);
  });

  it('is closed again when another option is refused, and so is the store', async () => {
    const closed: string[] = [];
    const directory = Promise.resolve({ ...people(), close: async () => void closed.push('directory') });
    const store = Promise.resolve(
      Object.assign(memoryStore(), { close: async () => void closed.push('store') }),
    );
    await refusalOf(() => main.createEngine({ store, directory, concurency: 4 } as never));
    expect(closed.toSorted()).toEqual(['directory', 'store']);
  });

  it('that cannot be opened is reported instead, and the store is closed', async () => {
    const store = memoryStore();
    const directory = Promise.reject(new Error('no file'));
    expect(await errorOf(() => main.createEngine({ store: Promise.resolve(store), directory }))).toEqual(
      new Error('no file'),
    );
    expect(await errorOf(() => store.listWorkflows())).toMatchObject({ code: 'StoreClosed' });
  });
});

describe('a store that is promised', () => {
  it('is closed again when another option is refused', async () => {
    const store = memoryStore();
    await refusalOf(() => main.createEngine({ store: Promise.resolve(store), concurency: 4 } as never));
    expect(await errorOf(() => store.listWorkflows())).toMatchObject({ code: 'StoreClosed' });
  });

  it('stays open when it was given open', async () => {
    const store = memoryStore();
    await refusalOf(() => main.createLedger({ store, strictFail: true } as never));
    expect(await store.listWorkflows()).toEqual([]);
  });

  it('that cannot be opened is reported instead', async () => {
    const store = Promise.reject(new Error('no disk'));
    expect(await errorOf(() => main.createEngine({ store, concurency: 4 } as never))).toEqual(
      new Error('no disk'),
    );
  });
});
