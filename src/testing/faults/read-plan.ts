/** Reads plans of faults, which are data that people write. */
import { ERROR_CODES, type ErrorCode } from '../../errors/index.ts';
import { readArray, readNumber, readWhole, readWord } from '../../input/fields.ts';
import {
  nullable,
  type Reader,
  readShape,
  type ShapeOf,
  shapeReader,
  variantReader,
} from '../../input/options.ts';
import type { Place } from '../../input/refuse.ts';
import { DAY_MS, type DurationMs } from '../../model/time.ts';
import type { FaultPlan, ProcessFault, TaskFault } from './plan.ts';
import { THROWN_KINDS } from './thrown.ts';

const LIST_MAX = 10_000;
const nth: Reader<number> = (place) => readWhole(place, 1, Number.MAX_SAFE_INTEGER);
const index: Reader<number> = (place) => readWhole(place, 0, Number.MAX_SAFE_INTEGER);
const ms: Reader<DurationMs> = (place) => readNumber(place, 0, 365 * DAY_MS);
const jump: Reader<DurationMs> = (place) => readNumber(place, -36_500 * DAY_MS, 36_500 * DAY_MS);
const thrown: Reader<number> = (place) => readWhole(place, 0, THROWN_KINDS - 1);
const codes = Object.keys(ERROR_CODES) as ErrorCode[];

const readTaskFault = variantReader('does', {
  throw: { with: thrown },
  reject: { ms, with: thrown },
  last: { ms },
  hang: {},
  ignore: {},
  linger: { ms },
  deceive: {},
  repeat: {},
} satisfies Record<TaskFault['does'], unknown>) as Reader<unknown> as Reader<TaskFault>;

const readProcessFault = variantReader('kind', {
  clockJump: { byMs: jump },
  asleep: { forMs: ms },
  off: { forMs: ms, how: (place: Place) => readWord(place, ['stop', 'kill']) },
  takeover: {},
  cancel: { times: nth },
} satisfies Record<ProcessFault['kind'], unknown>) as Reader<unknown> as Reader<ProcessFault>;

const listOf =
  <T>(read: Reader<T>): Reader<readonly T[]> =>
  (place) =>
    readArray(place, LIST_MAX).map(read);

const PLAN = {
  crash: nullable(
    shapeReader({ commit: nth, when: (place: Place) => readWord(place, ['before', 'after'] as const) }),
  ),
  storeErrors: listOf(shapeReader({ transaction: nth, code: (place: Place) => readWord(place, codes) })),
  slowCommits: listOf(shapeReader({ transaction: nth, ms })),
  taskFaults: listOf(shapeReader({ subject: index, task: index, attempt: nth, fault: readTaskFault })),
  processFaults: listOf(shapeReader({ atMs: ms, fault: readProcessFault })),
} satisfies ShapeOf<FaultPlan>;

/** What is asked for of a plan; the rest of it is not looked at. @throws LifecycleError `InvalidArgument`. */
export function readPlan<Field extends keyof FaultPlan>(
  place: Place,
  fields: readonly Field[],
): Pick<FaultPlan, Field> {
  const all = Object.keys(PLAN);
  const shape = Object.fromEntries(fields.map((field) => [field, PLAN[field]]));
  return readShape(place, shape, all) as unknown as Pick<FaultPlan, Field>;
}

/** A whole plan. @throws LifecycleError `InvalidArgument`. */
export function readFaultPlan(place: Place): FaultPlan {
  return readShape(place, PLAN);
}
