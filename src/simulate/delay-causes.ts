/** What holds up each of the people in runs at one moment. */
import type { DurationMs } from '../model/time.ts';
import type { DelayCause } from './result.ts';

/** The time that goes to one cause. */
export interface Bucket {
  readonly cause: DelayCause;
  readonly definition: string | null;
  readonly task: string | null;
  readonly limit: number | null;
  totalMs: DurationMs;
  peopleMax: number;
  /** People that it holds up at present. */
  people: number;
  /** Of a rate: calls that wait for it at present. */
  calls: number;
}

/** What does a task, with a limit that its task definitions share. */
export interface Handler {
  /** Calls at once; `null`: no limit of its own. */
  readonly concurrency: number | null;
  calls: number;
  /** Those of them that wait for a rate. */
  limited: number;
  atLimitMs: DurationMs;
}

/** A task definition, and the people whose next task it is. */
export interface Station {
  readonly handler: Handler;
  readonly tasks: Bucket;
  readonly retries: Bucket;
  readonly taskConcurrency: Bucket;
  readonly rate: Bucket;
  people: number;
  calls: number;
  /** Calls that wait for a rate, by whose it is. */
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
  /** Of all stations. */
  readonly calls: number;
  /** As many calls are under way as the engine allows at once. */
  readonly isFull: boolean;
  readonly concurrency: Bucket;
  readonly commonRate: Bucket;
}

/** Whether all calls at once that a handler allows are under way. */
export function isAtLimit({ concurrency, calls }: Handler): boolean {
  return concurrency !== null && calls >= concurrency;
}

/** Adds each person to the bucket of what holds them up: `people`, which may get fractions of a person. */
export function assignPeople(situation: Situation): void {
  const { stations, buckets, queued, calls, isFull, concurrency, commonRate } = situation;
  const rates = buckets.filter((bucket) => bucket.calls > 0);
  const limited = rates.reduce((sum, rate) => sum + rate.calls, 0);
  /** People who wait for a place; where calls that wait for a rate have it (`share` of all), they wait for that rate. */
  const wait = (people: number, bucket: Bucket, share: number): void => {
    for (const rate of rates) rate.people += (people * share * rate.calls) / limited;
    bucket.people += people * (1 - share);
  };
  const waitForAnyPlace = (people: number): void => wait(people, concurrency, isFull ? limited / calls : 0);
  /** People who are in the way of the queue without a call: it waits for what they wait for. */
  const ahead: { readonly people: number; readonly wait: (people: number) => void }[] = [];
  for (const station of stations) {
    if (station.people === 0) continue;
    const { handler, paused, retries, taskConcurrency } = station;
    // A call that does not end when it is aborted has lost its person.
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
    } else waitForAnyPlace(ready);
  }
  const all = isFull ? 0 : ahead.reduce((sum, { people }) => sum + people, 0);
  if (all === 0) waitForAnyPlace(queued);
  else for (const one of ahead) one.wait((queued * one.people) / all);
}

/** People whose call is under way, or waits for a rate. */
function serve({ calls, limited, rate, tasks }: Station, people: number, commonRate: Bucket): void {
  if (people === 0) return;
  const [own, common] = [(people * limited.own) / calls, (people * limited.common) / calls];
  rate.people += own;
  commonRate.people += common;
  tasks.people += people - own - common;
}
