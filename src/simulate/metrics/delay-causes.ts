/** Assigns each person in a run at one moment to the cause that delays them. */
import type { DurationMs } from '../../model/time.ts';
import type { DelayCause } from './delay.ts';

/** Time attributed to one cause. */
export interface Bucket {
  readonly cause: DelayCause;
  readonly definition: string | null;
  readonly task: string | null;
  readonly limit: number | null;
  totalMs: DurationMs;
  peopleMax: number;
  /** People delayed by it at present. */
  people: number;
  /** For a rate: calls that wait for it at present. */
  calls: number;
}

/** A handler, with a limit that its task definitions share. */
export interface Handler {
  /** Calls at once; `null`: no limit of its own. */
  readonly concurrency: number | null;
  /** Whether people wait for a rate before their call. */
  readonly isHeldByEngine: boolean;
  calls: number;
  /** Calls among them that wait for a rate. */
  limited: number;
  atLimitMs: DurationMs;
}

/** A task definition and the people who have it as their next task. */
export interface Station {
  readonly handler: Handler;
  readonly tasks: Bucket;
  readonly retries: Bucket;
  readonly taskConcurrency: Bucket;
  readonly rate: Bucket;
  people: number;
  calls: number;
  /** Calls that wait for a rate: the task's own, or the common one. */
  limited: { own: number; common: number };
  /** People between two attempts. */
  paused: number;
}

/** A moment in a process that is running. */
export interface Situation {
  readonly stations: Iterable<Station>;
  readonly buckets: readonly Bucket[];
  /** People in runs who have not started. */
  readonly queued: number;
  /** Calls under way, of all stations. */
  readonly calls: number;
  /** Whether as many calls are under way as the engine allows at once. */
  readonly isFull: boolean;
  readonly concurrency: Bucket;
  readonly commonRate: Bucket;
}

/** Whether as many calls are under way as the handler allows at once. */
export function isAtLimit({ concurrency, calls }: Handler): boolean {
  return concurrency !== null && calls >= concurrency;
}

/** Adds each person to the bucket of the cause that delays them: `people`, which may get fractions of a person. */
export function assignPeople(situation: Situation): void {
  const { stations, buckets, queued, calls, isFull, concurrency, commonRate } = situation;
  const rates = buckets.filter((bucket) => bucket.calls > 0);
  const limited = rates.reduce((sum, rate) => sum + rate.calls, 0);
  /** Assigns people who wait for a place; where calls that wait for a rate occupy it (`share` of all), they wait for that rate. */
  const wait = (people: number, bucket: Bucket, share: number): void => {
    for (const rate of rates) rate.people += (people * share * rate.calls) / limited;
    bucket.people += people * (1 - share);
  };
  const waitForAnyPlace = (people: number): void => wait(people, concurrency, isFull ? limited / calls : 0);
  /** People who are ahead of the queue without a call: the queue waits for what they wait for. */
  const ahead: { readonly people: number; readonly wait: (people: number) => void }[] = [];
  for (const station of stations) {
    if (station.people === 0) continue;
    const { handler, paused, retries, taskConcurrency } = station;
    // A call that goes on after its abort no longer belongs to a person.
    const served = Math.min(station.calls, station.people - paused);
    serve(station, served, commonRate);
    retries.people += paused;
    const retry = (people: number): void => {
      retries.people += people;
    };
    ahead.push({ people: paused, wait: retry });
    const ready = station.people - paused - served;
    if (isAtLimit(handler)) {
      const waitForOwnPlace = (people: number): void =>
        wait(people, taskConcurrency, handler.limited / handler.calls);
      waitForOwnPlace(ready);
      ahead.push({ people: ready, wait: waitForOwnPlace });
    } else if (handler.isHeldByEngine && !isFull) {
      const waitForRate = (people: number): void => {
        station.rate.people += people;
      };
      waitForRate(ready);
      ahead.push({ people: ready, wait: waitForRate });
    } else waitForAnyPlace(ready);
  }
  const all = isFull ? 0 : ahead.reduce((sum, { people }) => sum + people, 0);
  if (all === 0) waitForAnyPlace(queued);
  else for (const one of ahead) one.wait((queued * one.people) / all);
}

/** Assigns people whose call is under way, or waits for a rate. */
function serve({ calls, limited, rate, tasks }: Station, people: number, commonRate: Bucket): void {
  if (people === 0) return;
  const [own, common] = [(people * limited.own) / calls, (people * limited.common) / calls];
  rate.people += own;
  commonRate.people += common;
  tasks.people += people - own - common;
}
