/**
 * A worker of the Postgres soak: an engine as users make it, in a process of its own, which may end at any moment.
 * Every call of a handler, and every commit that did not go as usual, is a line in a file.
 */
import { openSync, writeSync } from 'node:fs';
import { createEngine } from '../../../src/embed.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { addressOf } from '../../../src/model/ids.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import type { ClaimedSlice, SliceAnswer, SliceRecord } from '../../../src/model/slices.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { TaskContext, TaskHandlerResult } from '../../../src/ports/task-handler.ts';
import { wrapStore } from '../../../src/ports/wrap-store.ts';
import { postgresStore } from '../../../src/stores/postgres/open.ts';
import { pgBossSource } from '../../../src/work/pg-boss/open.ts';
import { soakDirectory } from './people.ts';

/** What a worker is to do: its only argument, as JSON. */
export interface WorkerTask {
  readonly url: string;
  readonly leaseMs: number;
  readonly concurrency: number;
  /** Where it gets its slices. */
  readonly work: 'store' | 'pg-boss';
  /** Longest that a task takes, ms. */
  readonly taskMs: number;
  /** Tasks that fail: their share, 0..1. */
  readonly failing: number;
  readonly calls: string;
  readonly incidents: string;
}

/** Wait before a server that is not there is asked again, ms. */
const RETRY_MS = 200;

const task = JSON.parse(process.argv[2] ?? '') as WorkerTask;
Object.assign(LIMITS, { sliceLeaseMs: task.leaseMs });
const calls = openSync(task.calls, 'a');
const incidents = openSync(task.incidents, 'a');
/** Slices as this process claimed them last, by run. */
const claimed = new Map<string, Map<number, SliceRecord>>();

const engine = await untilServed();
process.send?.('ready');
process.once('SIGTERM', () => void stop(engine));
process.once('disconnect', orphaned);

async function untilServed(): Promise<Engine> {
  for (;;) {
    try {
      const store = await postgresStore({ connectionString: task.url });
      const made = await createEngine({
        store: observed(store),
        directory: soakDirectory,
        concurrency: task.concurrency,
        ...(task.work === 'pg-boss' ? { work: pgBossSource(store) } : {}),
        interruptionsMax: 1_000_000, // a task's process may be killed again and again
        tasks: { '*': handle },
      });
      made.on('engine.error', ({ error, during }) => {
        const code = LifecycleError.is(error) ? error.code : error instanceof Error ? error.name : 'unknown';
        const isExpected = LifecycleError.is(error) && (error.retryable || code === 'ClaimLost');
        note(isExpected ? 'error' : 'unexpected', during, code, String(error));
      });
      await made.start();
      return made;
    } catch (error) {
      if (!LifecycleError.is(error) || !error.retryable) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** The conductor has gone. */
function orphaned(): void {
  process.exit(1);
}

async function stop(running: Engine): Promise<void> {
  await running.close();
  process.off('disconnect', orphaned);
  process.disconnect();
}

/** The store, which notes who claimed what, and commits that had been written before. */
function observed(store: Store): Store {
  return wrapStore(store, {
    slices: async (method, run) => {
      const answer = await run();
      if (method === 'claim')
        for (const one of answer as readonly (ClaimedSlice | 'held' | 'gone')[])
          if (typeof one === 'object') remember(one);
      if (method === 'commit')
        for (const one of answer as readonly SliceAnswer[])
          if (one.kind === 'written' && one.before === null && one.after !== null) note('writtenBefore');
      return answer;
    },
  });
}

function remember({ run, slice, wasInHand }: ClaimedSlice): void {
  note(wasInHand ? 'takenOver' : 'claimed', run.id, String(slice.slice), String(process.pid));
  const ofRun = claimed.get(run.id) ?? new Map<number, SliceRecord>();
  claimed.set(run.id, ofRun.set(slice.slice, slice));
}

/** Does nothing but take time; its outcome says under which claim it came about. */
async function handle({ idempotencyKey }: TaskContext): Promise<TaskHandlerResult> {
  const { runId, ordinal } = addressOf(idempotencyKey) ?? { runId: '', ordinal: 0 };
  const slices = [...(claimed.get(runId)?.values() ?? [])];
  const slice = slices.find(
    ({ firstOrdinal, lastOrdinal }) => firstOrdinal <= ordinal && ordinal <= lastOrdinal,
  );
  writeSync(calls, `${idempotencyKey} ${slice?.slice ?? 0} ${slice?.claim ?? 0} ${process.pid}\n`);
  await new Promise((resolve) => setTimeout(resolve, task.taskMs * (0.1 + 0.9 * Math.random())));
  const claim = String(slice?.claim);
  if (Math.random() < task.failing) throw new Error(claim);
  return { processingInfo: claim };
}

function note(...words: readonly string[]): void {
  writeSync(incidents, `${JSON.stringify(words)}\n`);
}
