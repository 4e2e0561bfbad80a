/**
 * Values of an evaluated filter and how they compare. Attributes come from files as text, so text compares
 * with a moment, a number or a boolean as what it reads as; with text it always compares as text.
 *
 * A date or a flag can be written in ways that nothing here reads (`31/12/2025`, `yes`). What cannot be read may
 * be equal or not, earlier or later: the comparison is unknown, and neither it nor its negation is true
 * (decision 16). Blank text, and .NET's 1 January of the year 1, say that there is no value.
 */
import { readAttribute } from '../../input/moments.ts';

/** A moment, apart from a number, so that 5 never equals a date. */
export class Instant {
  /** Epoch milliseconds. */
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

/** An array, object, function or invalid date: present, but equal to nothing. */
const OPAQUE: unique symbol = Symbol('opaque');

/** The value of an expression. */
export type Value = string | number | boolean | null | Instant | typeof OPAQUE;

/** An attribute's raw value as a {@link Value}; absent is null. */
export function toValue(raw: unknown): Value {
  switch (typeof raw) {
    case 'string':
    case 'number':
    case 'boolean':
      return raw;
    case 'undefined':
      return null;
    case 'bigint':
      return Number(raw);
    default:
      return raw === null ? null : objectValue(raw);
  }
}

/** `null` equals only `null`; values that do not compare are different. `null`: unknown. */
export function valuesEqual(left: Value, right: Value): boolean | null {
  if (left === null || right === null) return left === right;
  const order = compareValues(left, right);
  return order === null ? null : order === 0;
}

/**
 * Below 0, 0 or above 0; `NaN` when a side is null or the two do not compare. `null`: unknown, because a side
 * is a moment or a boolean and the other cannot be read as one. Text by code unit.
 */
export function compareValues(left: Value, right: Value): number | null {
  if (left === null || right === null) return Number.NaN;
  if (typeof left === 'string' && typeof right === 'string')
    return left === right ? 0 : left < right ? -1 : 1;
  if (left instanceof Instant) return difference(left.ms, momentIn(right));
  if (right instanceof Instant) return difference(momentIn(left), right.ms);
  if (typeof left === 'boolean') return difference(Number(left), flagIn(right));
  if (typeof right === 'boolean') return difference(flagIn(left), Number(right));
  return difference(numberOf(left) ?? Number.NaN, numberOf(right) ?? Number.NaN);
}

/** Whether a value is present and cannot be read as the type that it is compared with. */
export function isUnreadable(raw: unknown, type: 'dateTime' | 'boolean'): boolean {
  const value = toValue(raw);
  if (value === null) return false;
  return (type === 'dateTime' ? momentIn(value) : flagIn(value)) === null;
}

/** `true`, `True`, `FALSE` … as a boolean; `null` for other text. HR exports write `True`. */
export function booleanOf(text: string): boolean | null {
  const word = text.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : null;
}

/** A value as a number; text counts when the whole of it is one, because file cells are all text. */
export function numberOf(value: Value | undefined): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value)) return Number(value);
  return null;
}

/** Epoch ms; `NaN`: it says that there is none; `null`: it cannot be read. */
function momentIn(value: Value): number | null {
  if (value instanceof Instant) return value.ms;
  if (typeof value !== 'string') return null;
  const reading = readAttribute(value);
  if (reading === 'unreadable') return null;
  return reading === 'none' ? Number.NaN : reading;
}

/** As {@link momentIn}, of `true` (1) and `false` (0). */
function flagIn(value: Value): number | null {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string') return null;
  const flag = booleanOf(value);
  if (flag !== null) return Number(flag);
  return value.trim() === '' ? Number.NaN : null;
}

/** Infinite numbers have none, but may be equal. */
function difference(left: number | null, right: number | null): number | null {
  if (left === null || right === null) return null;
  return left === right ? 0 : left - right;
}

function objectValue(raw: unknown): Value {
  if (raw instanceof Instant) return raw;
  if (!(raw instanceof Date)) return OPAQUE;
  const ms = raw.getTime();
  return Number.isNaN(ms) ? OPAQUE : new Instant(ms);
}
