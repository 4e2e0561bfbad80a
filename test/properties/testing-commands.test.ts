/** Commands on ledgers and engines: sound stores pass, and stores that are wrong do not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createLedger, type Store } from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import {
  engineCommands,
  engineModel,
  type LedgerCommandOptions,
  ledgerCommands,
  ledgerModel,
} from '../../src/testing/fast-check.ts';
import { EngineHarness, type HarnessOptions, ledgerClient, type RunClient } from '../../src/testing.ts';
import { MUTANTS } from '../contract/mutants/index.ts';
import { naiveStore } from '../contract/naive-store.ts';
import { FAULTY_STORES, forgetfulStore } from '../unit/testing/faulty-stores.ts';

const SEED = 20_261_124;
const folder = mkdtempSync(join(tmpdir(), 'tenure-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function clientOn(store: Store, tasks: readonly boolean[]): Promise<Required<RunClient>> {
  const ledger = await createLedger({ store });
  const workflow = await ledger.workflows.create({
    category: 'leaver',
    displayName: 'Under test',
    executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    tasks: tasks.map((continueOnError, index) => ({ taskDefinitionId: `task-${index}`, continueOnError })),
  });
  return ledgerClient(ledger, workflow.id);
}

/** Runs ledger commands; resolves with what they found, or `null`. */
async function ledgerFinding(
  make: () => Store | Promise<Store>,
  numRuns: number,
  options: LedgerCommandOptions = {},
  wrap: (client: Required<RunClient>) => RunClient = (client) => client,
): Promise<string | null> {
  const { tasks = [false, true] } = options;
  const property = fc.asyncProperty(ledgerCommands({ ...options, tasks }), (commands) =>
    fc.asyncModelRun(
      async () => ({ model: ledgerModel({ tasks }), real: wrap(await clientOn(await make(), tasks)) }),
      commands,
    ),
  );
  return found(await fc.check(property, { seed: SEED, numRuns }));
}

async function engineFinding(
  options: () => HarnessOptions | Promise<HarnessOptions>,
  numRuns: number,
): Promise<string | null> {
  const property = fc.asyncProperty(engineCommands(), (commands) =>
    fc.asyncModelRun(
      async () => ({ model: engineModel(), real: new EngineHarness(await options()) }),
      commands,
    ),
  );
  return found(await fc.check(property, { seed: SEED, numRuns }));
}

function found<Input>({ failed, errorInstance, counterexample }: fc.RunDetails<Input>): string | null {
  return failed
    ? `${errorInstance instanceof Error ? errorInstance.message : ''} after ${counterexample}`
    : null;
}

describe('ledgerCommands', () => {
  it('find nothing wrong with a ledger on the memory store', async () => {
    expect(await ledgerFinding(memoryStore, 200)).toBeNull();
    expect(await ledgerFinding(memoryStore, 100, { tasks: [true, false, true], usersMax: 4 })).toBeNull();
  });

  it('find nothing wrong with a ledger on SQLite', async () => {
    let no = 0;
    const open = () => sqliteStore(join(folder, `${++no}.db`));
    expect(await ledgerFinding(open, 8)).toBeNull();
  });

  it('leave out the calls that a client has not', async () => {
    const poor = ({
      recordTask: _,
      cancelRun: __,
      deleteRun: ___,
      ...client
    }: Required<RunClient>): RunClient => client;
    const without = ['recordTask', 'cancelRun', 'deleteRun'] as const;
    expect(await ledgerFinding(memoryStore, 50, { without }, poor)).toBeNull();
  });

  it.each(['', 0, false, null, undefined])('take an answer of %j for an acceptance', async (answer) => {
    const terse = (client: Required<RunClient>): RunClient => ({
      ...client,
      recordTask: (...input) => client.recordTask(...input).then(() => answer),
      cancelRun: (id) => client.cancelRun(id).then(() => answer),
      deleteRun: (id) => client.deleteRun(id).then(() => answer),
    });
    expect(await ledgerFinding(memoryStore, 50, {}, terse)).toBeNull();
  });

  it.each<readonly [string, (client: Required<RunClient>) => RunClient]>([
    [
      'takes a second result of a subject',
      (client) => ({
        ...client,
        report: (id, result) => client.report(id, result).catch(() => ({ id: 'none' })),
      }),
    ],
    [
      'reports failures as successes',
      (client) => ({
        ...client,
        report: (id, result) =>
          client.report(
            id,
            result.processingStatus === 'completedWithErrors'
              ? { ...result, processingStatus: 'completed', failedTasksCount: 0 }
              : result,
          ),
      }),
    ],
    [
      'shows a failed user too many',
      (client) => ({
        ...client,
        getRun: async (id) => {
          const run = (await client.getRun(id)) as { failedUsersCount: number };
          return run.failedUsersCount > 1 ? { ...run, failedUsersCount: 3 } : run;
        },
      }),
    ],
    [
      'forgets the second page of results',
      (client) => ({ ...client, listResults: async (id) => [...(await client.listResults(id))].slice(0, 2) }),
    ],
    [
      'swallows refusals',
      (client) => ({ ...client, cancelRun: (id) => client.cancelRun(id).catch(() => {}) }),
    ],
  ])('find a client that %s', async (_, wrap) => {
    expect(await ledgerFinding(memoryStore, 300, {}, wrap)).not.toBeNull();
  });
});

describe('engineCommands', () => {
  it.each([[[false, false]], [[true, false]], [[true, true, false]]])(
    'find nothing wrong with an engine of tasks %j',
    async (tasks) => {
      expect(await engineFinding(() => ({ tasks }), 80)).toBeNull();
      expect(await engineFinding(() => ({ tasks, strictFailed: true, store: naiveStore() }), 20)).toBeNull();
    },
  );

  it.each([2, 3])('find nothing wrong with an engine of %i attempts', async (attempts) => {
    expect(await engineFinding(() => ({ attempts }), 300)).toBeNull();
    expect(
      await engineFinding(() => ({ attempts, tasks: [true, false], store: naiveStore() }), 60),
    ).toBeNull();
  });

  it('find nothing wrong with an engine that stops and starts on SQLite', async () => {
    let no = 0;
    const options = async () => ({
      attempts: 2,
      store: await sqliteStore(join(folder, `engine-${++no}.db`)),
    });
    expect(await engineFinding(options, 15)).toBeNull();
  });

  it('see a task fail, succeed at the next attempt, and fail at the last one', async () => {
    const harness = new EngineHarness({ attempts: 2, tasks: [false, false] });
    await harness.begin(2);
    for (const user of [0, 1]) expect(await harness.end(user, 'fail')).toBe('failed');
    expect((await harness.snapshot())?.users.map(({ status }) => status)).toEqual([
      'inProgress',
      'inProgress',
    ]);
    await harness.wait();
    expect(await harness.end(0, 'succeed')).toBe('completed');
    expect(await harness.end(1, 'fail')).toBe('failed');
    const users = (await harness.snapshot())?.users;
    expect(users?.map(({ status, failedTasksCount }) => [status, failedTasksCount])).toEqual([
      ['inProgress', 0],
      ['failed', 1],
    ]);
  });

  it('see a stop wait for a task that ends, and a task that does not run twice', async () => {
    const calls: string[] = [];
    const harness = new EngineHarness({
      tasks: [false],
      handlers: [({ subject, interruptions }) => void calls.push(`${subject.id} ${interruptions}`)],
    });
    await harness.begin(2);
    await harness.restart(async () => void (await harness.end(0, 'handle')));
    expect((await harness.snapshot())?.users.map(({ status }) => status)).toEqual([
      'completed',
      'inProgress',
    ]);
    await harness.end(1, 'handle');
    expect(calls).toEqual(['u0 0', 'u1 1']);
  });

  it('find a store that forgets how often a task has failed', async () => {
    expect(await engineFinding(() => ({ attempts: 2, store: forgetfulStore() }), 300)).toMatch(
      /crash|restart/,
    );
  });

  it('drive the handlers under test', async () => {
    const seen = new Set<string>();
    const property = fc.asyncProperty(engineCommands({ handlers: true }), (commands) =>
      fc.asyncModelRun(
        async () => ({
          model: engineModel(),
          real: new EngineHarness({
            tasks: [true],
            handlers: [
              async ({ subject }) => {
                seen.add(subject.id);
                if (subject.id === 'u1') throw new Error('No');
              },
            ],
          }),
        }),
        commands,
      ),
    );
    await fc.assert(property, { seed: SEED, numRuns: 40 });
    expect([...seen].sort()).toEqual(['u0', 'u1', 'u2']);
  });

  it.each([
    'loses the claim',
    'reads active users from the table as they were inserted',
    'counts active users as queued',
    'forgets the last row of a list',
  ])('find a store that %s', async (name) => {
    const mutant = MUTANTS.find((one) => one.name === name);
    expect(mutant).toBeDefined();
    expect(await engineFinding(() => ({ store: naiveStore(mutant?.faults ?? {}) }), 60)).not.toBeNull();
  });
});

describe('ledgerCommands and engineCommands together', () => {
  it.each(Object.entries(FAULTY_STORES))('find a store that %s', async (_, make) => {
    const findings = [await ledgerFinding(make, 100), await engineFinding(() => ({ store: make() }), 60)];
    expect(findings.filter((finding) => finding !== null)).not.toEqual([]);
  });
});
