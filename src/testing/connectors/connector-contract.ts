/** The suite that every task of a connector must pass: it makes a state, once, whatever the system answers. */
import assert from 'node:assert/strict';
import { PermanentFailure, RetryAfter } from '../../engine/handlers/results/task-failure.ts';
import { readArray, readFlag, readFunction, readString } from '../../input/fields.ts';
import { optional, readShape, type ShapeOf } from '../../input/options.ts';
import { root } from '../../input/refuse.ts';
import type { TaskContext, TaskHandler, TaskHandlerResult } from '../../ports/task-handler.ts';
import { type VirtualClock, virtualClock } from '../../system/virtual/virtual-clock.ts';
import type { ContractRunner } from '../contract/kit.ts';
import type { CallEnd, ConnectorFault, ConnectorSubject, ConnectorSystem } from './connector-kit.ts';

/** Calls of a task until it is done, at most. */
const CALLS_MAX = 12;
/** Wait before the next call where the failure names none, ms. */
const RETRY_MS = 1_000;
const FAULTS_MAX = 1_000;
const START_MS = Date.parse('2026-01-05T08:00:00Z');

const SUBJECT = {
  name: readString,
  make: readFunction<ConnectorSubject['make']>,
  faults: (place) => readArray(place, FAULTS_MAX).map(({ value }) => value as ConnectorFault),
  secrets: optional((place) => readArray(place, FAULTS_MAX).map(readString)),
  isBlind: optional(readFlag),
} satisfies ShapeOf<ConnectorSubject>;

type Preview = NonNullable<Exclude<TaskHandler, (...args: never) => unknown>['preview']>;

/** Defines the suite for one task. */
export function connectorContract<Fault extends ConnectorFault>(
  runner: ContractRunner,
  subject: ConnectorSubject<Fault>,
): void {
  readShape(root(subject, 'the task under test'), SUBJECT);
  runner.describe(`contract of connectors: ${subject.name}`, () => {
    const test = (title: string, body: (system: ConnectorSystem<Fault>) => Promise<void>) =>
      runner.it(title, async () => {
        const system = await subject.make();
        try {
          await body(system);
        } finally {
          await system.dispose();
        }
      });

    test('makes the wanted state, and says what it has changed', async (system) => {
      const before = await system.state();
      const process = await open(system);
      const end = await process.run();
      assert.equal(end.kind, 'done', messageOf(end));
      assert.ok(
        end.kind === 'done' && end.changes.length > 0,
        'Expected the result to have changes, got none',
      );
      assert.notDeepEqual(await system.state(), before);
    });

    if (!subject.isBlind)
      test('changes nothing the second time, and says so', async (system) => {
        const process = await open(system);
        await process.run();
        const [state, effects] = [await system.state(), system.effects()];
        const end = await (await open(system)).run();
        assert.ok(
          end.kind === 'done' && end.processingInfo,
          `Expected processingInfo, got ${messageOf(end)}`,
        );
        assert.deepEqual(end.changes, []);
        assert.deepEqual([await system.state(), system.effects()], [state, effects]);
      });

    test('previews what it would change, and changes nothing', async (system) => {
      const [state, effects] = [await system.state(), system.effects()];
      const process = await open(system);
      const preview = await process.preview();
      assert.deepEqual([await system.state(), system.effects()], [state, effects]);
      const end = await process.run();
      assert.ok(preview.kind === 'done' && end.kind === 'done', messageOf(preview));
      assert.deepEqual(preview.changes, end.changes);
    });

    let undisturbed: Promise<Wanted> | null = null;
    const wantedState = () => {
      undisturbed ??= undisturbedCall(subject);
      return undisturbed;
    };

    for (const fault of subject.faults)
      test(`makes the wanted state ${subject.isBlind ? '' : 'once '}when the system ${fault.name}, at any request`, async (system) => {
        const wanted = await wantedState();
        for (let request = 0; request < wanted.requests; request += 1) {
          const one = request === 0 ? system : await subject.make();
          try {
            await survives(one, fault, request, wanted, subject);
          } finally {
            if (one !== system) await one.dispose();
          }
        }
      });

    test('ends when it is aborted, and goes on in another process', async (system) => {
      const wanted = await wantedState();
      const process = await open(system);
      process.abort();
      const end = await process.run();
      assert.notEqual(end.kind, 'done', 'Expected a call with an aborted signal to end, got its result');
      await (await open(system, 1)).finish();
      assert.deepEqual(await system.state(), wanted.state);
    });
  });
}

interface Wanted {
  readonly state: unknown;
  readonly effects: number;
  readonly requests: number;
}

/** What one undisturbed call makes. */
async function undisturbedCall<Fault extends ConnectorFault>(
  subject: ConnectorSubject<Fault>,
): Promise<Wanted> {
  const system = await subject.make();
  try {
    const [effects, requests] = [system.effects(), system.requests()];
    await (await open(system)).run();
    return {
      state: await system.state(),
      effects: system.effects() - effects,
      requests: system.requests() - requests,
    };
  } finally {
    await system.dispose();
  }
}

async function survives<Fault extends ConnectorFault>(
  system: ConnectorSystem<Fault>,
  fault: Fault,
  request: number,
  wanted: Wanted,
  { secrets = [], isBlind = false }: ConnectorSubject<Fault>,
): Promise<void> {
  const at = `request ${request + 1} of ${wanted.requests}`;
  const effects = system.effects();
  system.inject(fault, request);
  const process = await open(system);
  const ends = await process.finish();
  for (const end of ends) {
    const secret = secrets.find((one) => messageOf(end).includes(one));
    assert.equal(secret, undefined, `Expected no secret in a message, got one at ${at}`);
  }
  const last = ends.at(-1);
  if (fault.isTransient) assert.equal(last?.kind, 'done', `${at}: ${messageOf(last)}`);
  // The fault is over: the next call succeeds.
  if (last?.kind !== 'done') await (await open(system, 1)).finish();
  assert.deepEqual(await system.state(), wanted.state, at);
  const made = system.effects() - effects;
  if (!isBlind) assert.equal(made, wanted.effects, `effects after a fault at ${at}`);
  const most = wanted.effects + (fault.repeatsMax ?? Number.POSITIVE_INFINITY);
  assert.ok(made <= most, `Expected at most ${most} effects after a fault at ${at}, got ${made}`);
}

/** A process that calls the task, as an engine does. */
async function open<Fault extends ConnectorFault>(system: ConnectorSystem<Fault>, interruptions = 0) {
  const clock = virtualClock(START_MS);
  const handler = await system.connect(clock);
  const canceled = new AbortController();
  let attempt = 1;
  const context = () => contextOf(system, canceled.signal, attempt, interruptions);
  const run = async () => endOf(() => runOf(handler)(context()));
  return {
    run,
    abort: () => canceled.abort(new Error('The run was canceled')),
    preview: async () => endOf(() => previewOf(handler)(context())),
    /** Calls until the task is done or has failed for good. */
    async finish(): Promise<readonly CallEnd[]> {
      const ends: CallEnd[] = [];
      while (ends.length < CALLS_MAX) {
        const end = await run();
        ends.push(end);
        if (end.kind !== 'retry') return ends;
        if (!(end.error instanceof RetryAfter)) attempt += 1;
        pass(clock, end.delayMs);
      }
      return ends;
    },
  };
}

function pass(clock: VirtualClock, byMs: number): void {
  clock.jump(byMs);
}

function runOf(
  handler: TaskHandler,
): (context: TaskContext) => TaskHandlerResult | Promise<TaskHandlerResult> {
  return typeof handler === 'function' ? handler : (context) => handler.run(context);
}

function previewOf(handler: TaskHandler): Preview {
  assert.ok(typeof handler !== 'function' && handler.preview, 'Expected a handler with preview, got none');
  return handler.preview;
}

async function endOf(call: () => TaskHandlerResult | Promise<TaskHandlerResult>): Promise<CallEnd> {
  try {
    const { changes = [], processingInfo = null } = (await call()) ?? {};
    return { kind: 'done', changes, processingInfo };
  } catch (error) {
    if (error instanceof PermanentFailure) return { kind: 'failed', error };
    return { kind: 'retry', error, delayMs: error instanceof RetryAfter ? error.delayMs : RETRY_MS };
  }
}

function messageOf(end: CallEnd | undefined): string {
  if (end === undefined) return 'no call';
  if (end.kind === 'done') return `done: ${end.changes.join(', ')}${end.processingInfo ?? ''}`;
  const causes: string[] = [];
  for (let error = end.error; error instanceof Error && causes.length < 5; error = error.cause)
    causes.push(error.message);
  return `${end.kind}: ${causes.join(': ')}`;
}

function contextOf<Fault extends ConnectorFault>(
  system: ConnectorSystem<Fault>,
  signal: AbortSignal,
  attempt: number,
  interruptions: number,
): TaskContext {
  return {
    subject: system.subject,
    arguments: system.arguments ?? {},
    signal,
    idempotencyKey: 'contract-run/contract-task/contract-user',
    attempt,
    interruptions,
    run: {
      id: 'contract-run',
      workflowExecutionType: 'onDemand',
      scheduledDateTime: new Date(START_MS).toISOString(),
    },
    workflow: { id: 'contract-workflow', displayName: 'Contract', category: 'joiner', version: 1 },
    task: {
      id: 'contract-task',
      taskDefinitionId: 'contract',
      displayName: 'Contract',
      executionSequence: 1,
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  };
}
