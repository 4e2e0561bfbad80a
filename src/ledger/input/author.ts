/** Author of a change. Source: domain §1.8, `createdBy` and `lastModifiedBy`. */
import { fieldsOf, ifGiven, readLine } from '../../input/fields.ts';
import { root } from '../../input/refuse.ts';
import { LIMITS } from '../../model/limits.ts';
import type { UserReference } from '../../model/workflow/workflow.ts';

/** Names the author of a change of a workflow or an extension. */
export interface Author {
  /** Id of a user, a service, or another identity of the host. Default: no author. */
  readonly by?: string;
}

/** The stored reference; `null`: no author. @throws LifecycleError `InvalidArgument`. */
export function readAuthor(author: Author = {}): UserReference | null {
  const id = ifGiven(fieldsOf(root(author), ['by'])('by'), (place) => readLine(place, LIMITS.idLengthMax));
  return id === undefined ? null : Object.freeze({ id });
}
