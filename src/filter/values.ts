/**
 * Values of an evaluated filter and how they compare. Attributes come from files as text, so text compares
 * with a moment, a number or a boolean as what it reads as; with text it always compares as text.
 */
import { parseMoment } from './literals.ts';

/** A moment, apart from a number, so that 5 never equals a date. */
export class Instant {
  /** Epoch milliseconds. */
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

/** An array, object or function: it is there, but equals nothing. */
export const OPAQUE: unique symbol = Symbol('opaque');

/** What an expression is worth. */
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

/** `null` equals only `null`; values that do not compare are different. */
export function valuesEqual(left: Value, right: Value): boolean {
  if (left === null || right === null) return left === right;
  return compareValues(left, right) === 0;
}

/** Below 0, 0 or above 0; `NaN` when a side is null or the two do not compare. Text by code unit. */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string')
    return left === right ? 0 : left < right ? -1 : 1;
  if (typeof left === 'string') return -compareWithText(right, left);
  if (typeof right === 'string') return compareWithText(left, right);
  const [first, second] = [scalarOf(left), scalarOf(right)];
  return kindOf(left) === kindOf(right) ? first - second || (first === second ? 0 : Number.NaN) : Number.NaN;
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

function compareWithText(value: Value, text: string): number {
  if (value instanceof Instant) return value.ms - (parseMoment(text) ?? Number.NaN);
  if (typeof value === 'boolean') return Number(value) - Number(booleanOf(text) ?? Number.NaN);
  if (typeof value === 'number') return compareValues(value, numberOf(text) ?? Number.NaN);
  return Number.NaN;
}

function objectValue(raw: unknown): Value {
  if (raw instanceof Instant) return raw;
  if (!(raw instanceof Date)) return OPAQUE;
  const ms = raw.getTime();
  return Number.isNaN(ms) ? null : new Instant(ms);
}

function kindOf(value: Value): string {
  return value instanceof Instant ? 'instant' : typeof value;
}

function scalarOf(value: Value): number {
  if (value instanceof Instant) return value.ms;
  return typeof value === 'number' || typeof value === 'boolean' ? Number(value) : Number.NaN;
}
