import { LIMITS } from '../../model/limits.ts';

/**
 * Failure reason of what a handler threw, at most `LIMITS.reasonLengthMax` characters. Handlers throw anything:
 * strings, null, objects whose getters throw.
 */
export function failureReasonOf(thrown: unknown): string {
  try {
    return cut(textOf(thrown));
  } catch {
    return 'The handler threw something that cannot be read';
  }
}

/** Text of at most `LIMITS.reasonLengthMax` characters; a longer one ends in an ellipsis. */
export function cut(text: string): string {
  if (text.length <= LIMITS.reasonLengthMax) return text.toWellFormed();
  return `${text.slice(0, LIMITS.reasonLengthMax - 1)}…`.toWellFormed();
}

function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return String(thrown.message || thrown.name);
  if (typeof thrown === 'string') return thrown || 'The handler threw an empty text';
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) return String(thrown.message);
  return `The handler threw ${typeof thrown === 'object' ? JSON.stringify(thrown) : String(thrown)}`;
}
