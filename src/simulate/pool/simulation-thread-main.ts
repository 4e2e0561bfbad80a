/** Main module of the thread of {@link SimulationThread}. */
import { parentPort } from 'node:worker_threads';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Subject } from '../../model/subject.ts';
import { compareOnce, PEOPLE_KEPT_MAX } from '../comparison/compare-once.ts';
import { comparisonReport } from '../report/comparison-report.ts';
import { type ReadScenario, readScenario, withParts } from '../scenario/read-scenario.ts';
import { simulateRead } from '../simulate.ts';
import type {
  ThreadAnswer,
  ThreadData,
  ThreadError,
  ThreadResults,
  ThreadTask,
} from './simulation-thread.ts';

type Task<Kind extends ThreadTask['kind']> = Extract<ThreadTask, { readonly kind: Kind }>;

/** Progress is sent this often, as a share of the work. */
const PROGRESS_STEP = 0.05;

const port = parentPort;
if (port === null)
  throw new Error('This module runs only in a worker thread; use simulate or compare instead');
const people: Subject[] = [];
const scenarios = new Map<number, () => ReadScenario>();
port.on('message', (message: ThreadData | ThreadTask) => {
  if (message.kind === 'people') for (const subject of message.people) people.push(subject);
  else if (message.kind === 'scenario') addScenario(message);
  else void answerTo(message).then((answer) => port.postMessage(answer));
});

function addScenario({ no, scenario, folder }: Extract<ThreadData, { readonly kind: 'scenario' }>): void {
  let read: ReadScenario | null = null;
  scenarios.set(no, () => {
    read ??= readScenario(scenario, { folder }); // at its first task, which can be answered with an error
    return read;
  });
}

async function answerTo(task: ThreadTask): Promise<ThreadAnswer> {
  try {
    return { kind: 'done', result: await (task.kind === 'compare' ? compared(task) : simulated(task)) };
  } catch (error) {
    return { kind: 'failed', error: sent(error) };
  }
}

async function compared({ scenarios, assumptions }: Task<'compare'>): Promise<ThreadResults['compare']> {
  const [before, after] = scenarios;
  const population = { kind: 'given', people } as const;
  const report = progressReport();
  const comparison = await compareOnce(
    readScenario({ ...before, population }),
    readScenario({ ...after, population }),
    {
      seed: 1,
      check: false,
      peopleKeptMax: PEOPLE_KEPT_MAX,
      onProgress: (side, { share }) => report((share + (side === 'a' ? 0 : 1)) / 2),
    },
  );
  return { comparison, report: comparisonReport(comparison, assumptions) };
}

async function simulated({ no, parts, seed, check }: Task<'simulate'>): Promise<ThreadResults['simulate']> {
  const read = scenarios.get(no);
  if (!read) throw new Error(`Expected scenario ${no} to have been sent`);
  const report = progressReport();
  const result = await simulateRead(withParts(read(), parts), {
    seed,
    check,
    runsKeptMax: 0,
    onProgress: ({ share }) => report(share),
  });
  const { calendar, load, runs, runsDropped, ...figures } = result;
  return figures;
}

function progressReport(): (share: number) => void {
  let next = PROGRESS_STEP;
  return (share) => {
    if (share < next) return;
    next = share + PROGRESS_STEP;
    port?.postMessage({ kind: 'progress', share } satisfies ThreadAnswer);
  };
}

function sent(error: unknown): ThreadError {
  const message = error instanceof Error ? error.message : String(error);
  if (LifecycleError.is(error)) return { code: error.code, message, details: error.details };
  return { code: null, message, details: {} };
}
