import { readFunction } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid } from '../../input/refuse.ts';
import type { Subject } from '../../model/subject.ts';
import type { Directory } from '../../ports/directory.ts';
import { attributesOf, SCIM_ATTRIBUTES } from './scim-attributes.ts';
import { filterValue, type ScimResource } from './scim-client.ts';
import type { ScimConnection } from './scim-connection.ts';

/** Ids of one request: servers bound the length of a URL. */
const IDS_PER_REQUEST = 20;

/** Options of {@link scimDirectory}. */
export interface ScimDirectoryOptions {
  /** Attribute of an account that is the person's id; the server must filter by it. Default `externalId`. */
  readonly idAttribute?: string;
  /**
   * The person that an account stands for; `null`: none. Default: the core and enterprise attributes under Graph's names
   * (`department`, `jobTitle` …), `accountEnabled` from `active`, and every account with an id.
   */
  readonly subjectOf?: (user: Readonly<Record<string, unknown>>) => Subject | null;
}

const NAME = /^[A-Za-z][\w:.-]{0,199}$/;
const OPTIONS = {
  idAttribute: withDefault((place) => {
    const { value } = place;
    if (typeof value === 'string' && NAME.test(value)) return value;
    throw invalid(place, 'the name of an attribute of SCIM');
  }, 'externalId'),
  subjectOf: optional(readFunction<NonNullable<ScimDirectoryOptions['subjectOf']>>),
} satisfies ShapeOf<ScimDirectoryOptions>;

/**
 * The people of a SCIM service. Every account is read for a query: what rules of tenure say is examined here, since
 * servers differ in what they can filter by.
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function scimDirectory({ client }: ScimConnection, options?: ScimDirectoryOptions): Directory {
  const { idAttribute, subjectOf } = readOptions(options, 'scimDirectory', OPTIONS);
  const read = subjectOf ?? ((user: ScimResource) => defaultSubject(user, idAttribute));
  return {
    async get(ids) {
      const subjects: Subject[] = [];
      for (let from = 0; from < ids.length; from += IDS_PER_REQUEST) {
        const some = ids.slice(from, from + IDS_PER_REQUEST);
        const filter = some.map((id) => `${idAttribute} eq ${filterValue(id)}`).join(' or ');
        for await (const user of client.list('Users', filter)) {
          const subject = read(user);
          if (subject !== null) subjects.push(subject);
        }
      }
      return subjects;
    },
    async *query() {
      for await (const user of client.list('Users', null)) {
        const subject = read(user);
        if (subject !== null) yield subject;
      }
    },
    attributes: async () => ['accountEnabled', ...SCIM_ATTRIBUTES].map((name) => ({ name })),
  };
}

function defaultSubject(user: ScimResource, idAttribute: string): Subject | null {
  const id = user[idAttribute];
  if (typeof id !== 'string' || id === '') return null;
  return {
    ...attributesOf(user),
    ...(typeof user.active === 'boolean' ? { accountEnabled: user.active } : {}),
    id,
  };
}
