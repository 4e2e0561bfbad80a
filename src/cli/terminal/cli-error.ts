import type { ErrorCode } from '../../errors/codes.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { escapeHidden } from '../../errors/shown.ts';

/** The user's or the environment's fault, found by the command line itself. */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** What to do, one line; `null` when the message says it. */
  readonly remedy: string | null;

  constructor(message: string, remedy: string | null = null, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** An error as people read it: one line and a remedy; a stack only when `TENURE_DEBUG` is set. */
export function describeError(error: unknown, env: NodeJS.ProcessEnv): readonly string[] {
  const debug = env.TENURE_DEBUG ? stackOf(error) : [];
  if (error instanceof CliError) {
    return [error.message, ...(error.remedy === null ? [] : [error.remedy]), ...debug];
  }
  if (LifecycleError.is(error)) {
    const remedy = REMEDIES[error.code];
    // Only a filter's error has lines of its own: the filter, and a caret under the character.
    const message = error.code === 'InvalidFilter' ? error.message : escapeHidden(error.message);
    return [message, ...(remedy === undefined ? [] : [remedy]), ...debug];
  }
  return [`Expected no such failure, got ${messageOf(error)}`, ...(env.TENURE_DEBUG ? debug : [BUG_HINT])];
}

/** What helps on the command line, where a library's message speaks of code. */
const REMEDIES: Partial<Record<ErrorCode, string>> = {
  StoreLocked: '`tenure runs list`, `tenure runs show` and `tenure check` work meanwhile',
};

const BUG_HINT = 'This is a bug in tenure, or in a module that it was given. TENURE_DEBUG=1 shows where.';

/** The text of anything that was thrown, on one line unless it is ours. */
export function messageOf(error: unknown): string {
  if (LifecycleError.is(error)) return error.message;
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

function stackOf(error: unknown): readonly string[] {
  return error instanceof Error && error.stack ? error.stack.split('\n') : [];
}
