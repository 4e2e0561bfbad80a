import type { ErrorDetails } from '../errors/details.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';

/** Characters of the text that an error shows around its position. */
const WINDOW = 76;
const BEFORE_CARET = 44;

/** A fault at a character of a filter. */
export interface FilterFault {
  /** Completes "Expected …". */
  readonly expected: string;
  /** Completes ", got …"; absent: the text at the position. */
  readonly got?: string;
  /** A sentence that says what to write instead. */
  readonly remedy?: string;
  /** More properties for `details`: `property`, `limit`. */
  readonly details?: ErrorDetails['InvalidFilter'];
}

/**
 * The only error of this folder: `InvalidFilter`, with `position` (0-based index into the text) and
 * `near` (the word there, at most 40 characters) in `details`, and the text with a caret under the character in the message.
 *
 * @param text the whole filter; `null` when there is only a tree: `position` and `near` are `null` then.
 */
export function filterError(
  text: string | null,
  position: number,
  fault: FilterFault,
): LifecycleError<'InvalidFilter'> {
  const near = text === null ? null : wordAt(text, position);
  const got = fault.got ?? (near === null ? 'another thing' : near === '' ? 'the end' : `\`${near}\``);
  const sentence = `Expected ${fault.expected}, got ${got}${fault.remedy ? `. ${fault.remedy}` : ''}`;
  const message = text === null ? sentence : `${sentence}\n${pointAt(text, position)}`;
  return new LifecycleError('InvalidFilter', message, {
    position: text === null ? null : position,
    near,
    ...fault.details,
  });
}

/** The text in quotes, name, number or single character that starts at `position`; `''` at the end. */
function wordAt(text: string, position: number): string {
  const rest = text.slice(position, position + 40);
  return visible(/^(?:'(?:[^']|'')*'?|[\p{L}\p{N}_.$]+|.)/su.exec(rest)?.[0] ?? '');
}

/** Two lines: the text, windowed when it is long, and a caret under the character. */
function pointAt(text: string, position: number): string {
  const start =
    text.length <= WINDOW ? 0 : Math.max(0, Math.min(position - BEFORE_CARET, text.length - WINDOW));
  const end = Math.min(text.length, start + WINDOW);
  const head = start > 0 ? '… ' : '';
  const tail = end < text.length ? ' …' : '';
  const before = head + visible(text.slice(start, position));
  const caret = `${' '.repeat([...before].length)}^`;
  return `  ${head}${visible(text.slice(start, end))}${tail}\n  ${caret}`;
}

/** Line breaks and control characters would move the caret away from its character. */
function visible(text: string): string {
  return text.replace(/[\p{C}\s]/gu, ' ');
}
