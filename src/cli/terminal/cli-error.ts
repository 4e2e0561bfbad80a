import { REMEDIES as CONNECTION_REMEDIES } from '../../connectors/kernel/connection-check.ts';
import { ConnectorError } from '../../connectors/kernel/connector-error.ts';
import type { ErrorCode } from '../../errors/codes.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { escapeHidden } from '../../errors/shown.ts';

/** Wrong usage or an error of the environment, found by the command line. */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** Remedy; `null` when the message contains it. */
  readonly remedy: string | null;

  constructor(message: string, remedy: string | null = null, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** An error for display: one line and a remedy; a stack only with `TENURE_DEBUG`. */
export function describeError(error: unknown, env: NodeJS.ProcessEnv): readonly string[] {
  const debug = env.TENURE_DEBUG ? stackOf(error) : [];
  if (error instanceof CliError) {
    return [error.message, ...(error.remedy === null ? [] : [error.remedy]), ...debug];
  }
  if (error instanceof ConnectorError) {
    const remedy = CONNECTION_REMEDIES[error.kind];
    const tried = 'See what works with: tenure check-config FILE';
    return [
      escapeHidden(error.message),
      remedy === undefined ? tried : `To do: ${remedy}. ${tried}`,
      ...debug,
    ];
  }
  if (LifecycleError.is(error)) {
    const remedy = REMEDIES[error.code];
    // Only a filter's error has several lines: the filter, and a caret under the character.
    const message = error.code === 'InvalidFilter' ? error.message : escapeHidden(error.message);
    return [message, ...(remedy === undefined ? [] : [remedy]), ...debug];
  }
  return [`Unexpected failure: ${messageOf(error)}`, ...(env.TENURE_DEBUG ? debug : [BUG_HINT])];
}

/** Remedies on the command line, where the library's message is about code. */
const REMEDIES: Partial<Record<ErrorCode, string>> = {
  StoreLocked: '`tenure runs list`, `tenure runs show` and `tenure check` work nevertheless',
};

const BUG_HINT = 'This is a bug in tenure or in the module of handlers. Set TENURE_DEBUG=1 to see where.';

/** Message of any thrown value, on one line unless it is an error of tenure. */
export function messageOf(error: unknown): string {
  if (LifecycleError.is(error)) return error.message;
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

function stackOf(error: unknown): readonly string[] {
  return error instanceof Error && error.stack ? error.stack.split('\n') : [];
}
