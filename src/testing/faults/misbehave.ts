import type { TaskHandlerResult } from '../../ports/task-handler.ts';
import type { TaskFault } from './plan.ts';
import { thrownOf } from './thrown.ts';

/** What a misbehaving handler needs. */
export interface FaultHost {
  readonly signal: AbortSignal;
  sleep(ms: number): Promise<void>;
  /** Resolves when the faults are over, if ever: what hangs goes on then. */
  released(): Promise<void>;
}

type Work = () => TaskHandlerResult | Promise<TaskHandlerResult>;

/** Does `work` as `fault` says; `call` is a number for the texts of what is thrown. */
export function misbehave(
  fault: TaskFault,
  call: number,
  host: FaultHost,
  work: Work,
): TaskHandlerResult | Promise<TaskHandlerResult> {
  if (fault.does === 'throw') throw thrownOf(fault.with, call).thrown;
  if (fault.does === 'deceive') return deceiver(work) as Promise<TaskHandlerResult>;
  return misbehaveLater(fault, call, host, work);
}

async function misbehaveLater(
  fault: Exclude<TaskFault, { does: 'throw' | 'deceive' }>,
  call: number,
  { signal, sleep, released }: FaultHost,
  work: Work,
): Promise<TaskHandlerResult> {
  switch (fault.does) {
    case 'reject':
      await sleep(fault.ms);
      await work();
      throw thrownOf(fault.with, call).thrown;
    case 'last':
      await sleep(fault.ms);
      return work();
    case 'hang':
      await Promise.race([released(), aborted(signal)]);
      signal.throwIfAborted();
      return work();
    case 'ignore':
      await released();
      return work();
    case 'linger':
      await Promise.race([released(), aborted(signal)]);
      await sleep(fault.ms);
      return work();
    case 'repeat':
      await work();
      return work();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** A thenable that settles twice, and throws afterwards. */
function deceiver(work: Work): PromiseLike<TaskHandlerResult> {
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: handlers are hostile
    then(resolve: (value: TaskHandlerResult | Promise<TaskHandlerResult>) => void) {
      resolve(work());
      resolve({ processingInfo: 'twice' });
      throw new Error('and an error');
    },
  };
  return thenable as unknown as PromiseLike<TaskHandlerResult>;
}
