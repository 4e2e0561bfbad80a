/** Who makes a change. Source: domain §1.8, `createdBy` and `lastModifiedBy`. */
import { fieldsOf, ifGiven, readLine } from '../../input/fields.ts';
import { root } from '../../input/refuse.ts';
import { LIMITS } from '../../model/limits.ts';
import type { UserReference } from '../../model/workflow/workflow.ts';

/** Names whoever makes a change of a workflow or an extension. */
export interface Author {
  /** Id of a user, a service, or whatever else the host knows callers by. Default: nobody is named. */
  readonly by?: string;
}

/** The reference that is kept; `null`: nobody is named. @throws LifecycleError `InvalidArgument`. */
export function readAuthor(author: Author = {}): UserReference | null {
  const id = ifGiven(fieldsOf(root(author), ['by'])('by'), (place) => readLine(place, LIMITS.idLengthMax));
  return id === undefined ? null : Object.freeze({ id });
}
