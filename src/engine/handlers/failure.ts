/** Reads what a handler threw, which can be anything: strings, null, objects whose getters throw. */
import { HANDLER_FAILED, isFailureCode } from '../../model/failures.ts';
import { LIMITS } from '../../model/limits.ts';

/** Errors of one chain in a reason, at most: what was thrown, and its causes. */
const LEVELS_MAX = 6;
const CODE_LENGTH_MAX = 64;

/**
 * What was thrown, as text of at most `LIMITS.reasonLengthMax` characters: its message and those of its causes (of
 * several `errors` the first), each with its `code`. Nothing else of an error is used: it may hold secrets.
 */
export function failureReasonOf(thrown: unknown): string {
  let reason = '';
  const seen = new Set<unknown>();
  for (let error = thrown; seen.size < LEVELS_MAX && !seen.has(error); error = causeOf(error)) {
    const message = seen.size === 0 ? textOfThrown(error) : messageOf(error);
    reason = withCode(joined(reason, message), codeOf(error));
    seen.add(error);
  }
  return cut(reason || 'The handler threw an error without a message');
}

/**
 * What kind of failure was thrown: its `code`, its HTTP status as `Http404`, or the name of its class, whichever its
 * first error or cause has that has any; else `HandlerFailed`.
 */
export function failureCodeOf(thrown: unknown): string {
  let name: string | null = null;
  const seen = new Set<unknown>();
  for (
    let error = thrown;
    error !== undefined && seen.size < LEVELS_MAX && !seen.has(error);
    error = causeOf(error)
  ) {
    const code = statusCodeOf(error) ?? ownCodeOf(error);
    if (code !== null) return code;
    name ??= classNameOf(error);
    seen.add(error);
  }
  return name ?? HANDLER_FAILED;
}

/** `Http404`, of the error of an HTTP client. */
function statusCodeOf(error: unknown): string | null {
  const response = fieldOf(error, 'response');
  const status = fieldOf(error, 'status') ?? fieldOf(error, 'statusCode') ?? fieldOf(response, 'status');
  const isRefusal = Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599;
  return isRefusal ? `Http${status}` : null;
}

function ownCodeOf(error: unknown): string | null {
  const code = codeOf(error);
  if (isFailureCode(code)) return code;
  return Number.isSafeInteger(code) ? `Code${code}` : null;
}

function classNameOf(error: unknown): string | null {
  const name = fieldOf(error, 'name');
  return isFailureCode(name) && name !== 'Error' ? name : null;
}

/** Text of at most `LIMITS.reasonLengthMax` characters; a longer one ends in an ellipsis. */
export function cut(text: string): string {
  return cutTo(LIMITS.reasonLengthMax, text);
}

/** Text of at most `lengthMax` characters; a longer one ends in an ellipsis. */
export function cutTo(lengthMax: number, text: string): string {
  return (text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`).toWellFormed();
}

function textOfThrown(thrown: unknown): string {
  try {
    if (thrown === '') return 'The handler threw an empty text';
    const message = readMessage(thrown);
    if (message !== null) return message;
    return `The handler threw ${typeof thrown === 'object' ? JSON.stringify(thrown) : String(thrown)}`;
  } catch {
    return 'The handler threw something that cannot be read';
  }
}

/** Of a cause; empty when it has none, or none that can be read. */
function messageOf(cause: unknown): string {
  try {
    return readMessage(cause) ?? '';
  } catch {
    return '';
  }
}

/** A text, or the message of an error, or its name when there is neither message nor cause; `null` of anything else. */
function readMessage(error: unknown): string | null {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null || !('message' in error)) return null;
  const message = String(error.message);
  if (message !== '' || causeOf(error) !== undefined) return message;
  return 'name' in error ? String(error.name) : '';
}

/** What an error was caused by: the first of several errors, or its cause. */
function causeOf(error: unknown): unknown {
  const errors = fieldOf(error, 'errors');
  const first = typeof errors === 'object' ? fieldOf(errors, 0) : undefined;
  return first ?? fieldOf(error, 'cause') ?? undefined;
}

/** The numbers of a `DOMException` are historical, and its name says more. */
function codeOf(error: unknown): unknown {
  return fieldOf(error, Symbol.toStringTag) === 'DOMException' ? undefined : fieldOf(error, 'code');
}

function fieldOf(error: unknown, name: PropertyKey): unknown {
  if (typeof error !== 'object' || error === null) return undefined;
  try {
    return (error as Readonly<Record<PropertyKey, unknown>>)[name];
  } catch {
    return undefined;
  }
}

/** Appends a message, unless the wrapping error has repeated it. */
function joined(reason: string, message: string): string {
  const next = message.slice(0, LIMITS.reasonLengthMax + 1);
  if (reason === '' || reason.includes(next)) return reason || next;
  return `${reason.replace(/[\s.:]+$/, '')}: ${next}`;
}

function withCode(reason: string, code: unknown): string {
  const isCode = typeof code === 'string' ? /^[\w.:-]+$/.test(code) : Number.isSafeInteger(code);
  if (!isCode) return reason;
  const text = `(${code})`;
  return text.length > CODE_LENGTH_MAX || reason.endsWith(text) ? reason : `${reason} ${text}`;
}
