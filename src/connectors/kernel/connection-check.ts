import { type AnswerKind, ConnectorError } from './connector-error.ts';

/** What `check()` of a connection tried, and what came of it; it reads only. */
export interface ConnectionCheck {
  /** What was tried, for example `sign in` or `read users`. */
  readonly name: string;
  /** What it found, for example `12 groups`; `null` when it failed or found nothing worth saying. */
  readonly detail: string | null;
  /** Why it failed and what to do, without secrets; `null` when it worked. */
  readonly failure: string | null;
}

/** What people who set a connection up do about an answer. */
export const REMEDIES: Readonly<Partial<Record<AnswerKind, string>>> = {
  unauthorized: 'check the credentials, and that they have not expired',
  refused: 'check the address, and that the credentials give the right to do this',
  missing: 'check the path of the address',
  throttled: 'the system takes no more calls now; try again later',
  unknown: 'try again, and look at the log of the system, or of a proxy before it',
  unreachable: 'check the name and port of the host, and that it can be reached from here',
};

/**
 * Tries one thing that a connection needs.
 *
 * @param look reads only. Returns what it found, or `null`.
 */
export async function tryCheck(name: string, look: () => Promise<string | null>): Promise<ConnectionCheck> {
  try {
    return { name, detail: await look(), failure: null };
  } catch (error) {
    const message = error instanceof Error ? error.message || error.name : String(error);
    const remedy = error instanceof ConnectorError ? REMEDIES[error.kind] : undefined;
    return { name, detail: null, failure: remedy === undefined ? message : `${message}: ${remedy}` };
  }
}
