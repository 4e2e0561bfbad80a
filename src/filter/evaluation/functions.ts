/**
 * The functions of OData 4 that stand in a filter, as data: how many arguments, whether the result is a
 * condition, and what they compute. Source: OData 4.01 URL conventions §5.1.1.5–5.1.1.9. An argument that is
 * null, or of another type, makes the result null.
 */
import { momentOrNull } from '../../input/moments.ts';
import { timeOfDay } from '../parsing/literals.ts';
import { Instant, numberOf, type Value } from './values.ts';

/** One function. `apply` never throws. */
export interface FilterFunction {
  readonly argsMin: number;
  readonly argsMax: number;
  /** Whether the result is true or false, so that the call can stand as a condition. */
  readonly isCondition: boolean;
  apply(args: readonly Value[]): Value;
}

const DAY_MS = 86_400_000;

/** Name in lower case → function. `now` reads no clock: its value comes in through the evaluator. */
export const FILTER_FUNCTIONS: Readonly<Record<string, FilterFunction>> = {
  startswith: ofTexts(true, (text, start) => text.startsWith(start)),
  endswith: ofTexts(true, (text, end) => text.endsWith(end)),
  contains: ofTexts(true, (text, part) => text.includes(part)),
  concat: ofTexts(false, (first, second) => first + second),
  indexof: ofTexts(false, (text, part) => text.indexOf(part)),
  substring: { argsMin: 2, argsMax: 3, isCondition: false, apply: substring },
  length: ofText((text) => text.length),
  tolower: ofText((text) => text.toLowerCase()),
  toupper: ofText((text) => text.toUpperCase()),
  trim: ofText((text) => text.trim()),
  year: ofMoment((at) => at.getUTCFullYear()),
  month: ofMoment((at) => at.getUTCMonth() + 1),
  day: ofMoment((at) => at.getUTCDate()),
  hour: ofMoment((at) => at.getUTCHours()),
  minute: ofMoment((at) => at.getUTCMinutes()),
  second: ofMoment((at) => at.getUTCSeconds()),
  fractionalseconds: ofMoment((at) => at.getUTCMilliseconds() / 1_000),
  date: ofMoment((at) => new Instant(Math.floor(at.getTime() / DAY_MS) * DAY_MS)),
  time: ofMoment((at) =>
    timeOfDay(at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds(), at.getUTCMilliseconds()),
  ),
  // A duration is worth its milliseconds.
  totalseconds: ofNumber((value) => value / 1_000),
  // Half away from zero, as OData says; Math.round rounds -2.5 up.
  round: ofNumber((value) => Math.sign(value) * Math.round(Math.abs(value))),
  floor: ofNumber(Math.floor),
  ceiling: ofNumber(Math.ceil),
  now: constant(null),
  mindatetime: constant(new Instant(-62_135_596_800_000)),
  maxdatetime: constant(new Instant(253_402_300_799_999)),
};

/** The function of that name, in any letter case; `null` when OData or tenure has none. */
export function filterFunction(name: string): FilterFunction | null {
  const key = name.toLowerCase();
  return Object.hasOwn(FILTER_FUNCTIONS, key) ? (FILTER_FUNCTIONS[key] ?? null) : null;
}

function ofTexts(isCondition: boolean, apply: (first: string, second: string) => Value): FilterFunction {
  return {
    argsMin: 2,
    argsMax: 2,
    isCondition,
    apply: ([first, second]) =>
      typeof first === 'string' && typeof second === 'string' ? apply(first, second) : null,
  };
}

function ofText(apply: (text: string) => Value): FilterFunction {
  return one(([text]) => (typeof text === 'string' ? apply(text) : null));
}

function ofNumber(apply: (value: number) => number): FilterFunction {
  return one(([value]) => {
    const number = numberOf(value);
    return number === null ? null : apply(number);
  });
}

function ofMoment(apply: (at: Date) => Value): FilterFunction {
  return one(([value]) => {
    const ms = value instanceof Instant ? value.ms : momentOrNull(value);
    return ms === null ? null : apply(new Date(ms));
  });
}

function one(apply: (args: readonly Value[]) => Value): FilterFunction {
  return { argsMin: 1, argsMax: 1, isCondition: false, apply };
}

function constant(value: Value): FilterFunction {
  return { argsMin: 0, argsMax: 0, isCondition: false, apply: () => value };
}

/** `substring(text, start)` and `substring(text, start, length)`; a start below 0 counts as 0. */
function substring(args: readonly Value[]): Value {
  const [text] = args;
  const start = numberOf(args[1]);
  const length = args.length === 3 ? numberOf(args[2]) : Infinity;
  if (typeof text !== 'string' || start === null || length === null) return null;
  const from = Math.max(0, Math.trunc(start));
  return text.slice(from, from + Math.max(0, Math.trunc(length)));
}
