/** What `check()` of a connection tried, and what came of it; it reads only. */
export interface ConnectionCheck {
  /** What was tried, for example `sign in` or `read users`. */
  readonly name: string;
  /** What it found, for example `12 groups`; `null` when it failed or found nothing worth saying. */
  readonly detail: string | null;
  /** Why it failed and what to do, without secrets; `null` when it worked. */
  readonly failure: string | null;
}
