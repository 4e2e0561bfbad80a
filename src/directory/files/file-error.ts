import type { ErrorDetails } from '../../errors/details.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { escapeHidden } from '../../errors/shown.ts';

/** A place in an input file, as people find it. */
export interface Place {
  readonly path: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based position in a JSON array, where lines mean nothing. */
  readonly item?: number;
  /** Column of a CSV file, property of a JSON object. */
  readonly column?: string;
}

/** What else there is to say. */
export interface FaultExtras {
  /** One sentence: what to do. */
  readonly remedy?: string;
  readonly details?: ErrorDetails['InvalidFile'];
  readonly cause?: unknown;
}

/**
 * `InvalidFile`: its message ends with file, line and remedy; its details have `file`, `line`, `item` and `column`
 * as far as they are known.
 *
 * @param sentence "Expected X to be …, got …", without a full stop.
 */
export function invalidFile(
  place: Place,
  sentence: string,
  extras: FaultExtras = {},
): LifecycleError<'InvalidFile'> {
  const { path, ...where } = place;
  const spot = place.line ? `, line ${place.line}` : place.item ? `, item ${place.item}` : '';
  const message = `${sentence} (${path}${spot})${extras.remedy ? `. ${extras.remedy}` : ''}`;
  const options = extras.cause === undefined ? undefined : { cause: extras.cause };
  return new LifecycleError('InvalidFile', message, { file: path, ...where, ...extras.details }, options);
}

/** Source text for a message: escaped, cut at 60 characters. */
export function excerpt(text: string): string {
  return `\`${escapeHidden(text.slice(0, 60))}${text.length > 60 ? '…' : ''}\``;
}

/** The first `max` names of a list, and how many more there are. */
export function listed(names: readonly string[], max: number): string {
  const rest = names.length - max;
  return names.slice(0, max).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
