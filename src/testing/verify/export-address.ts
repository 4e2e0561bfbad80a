/** Where the rows of an answer stand, by its `@odata.context` or the URL that was asked for. */

/** An address below `lifecycleWorkflows`. Ids are `null` where it names none. */
export interface ExportAddress {
  readonly workflow: string | null;
  readonly run: string | null;
  /** Of a user's result. */
  readonly user: string | null;
  readonly report: string | null;
  /** The last collection that is named, in lower case: `runs`, `userprocessingresults`. */
  readonly collection: string | null;
  /** The window of a summary. */
  readonly window: SummaryWindow | null;
  /** A URL that asks for some of the rows only. */
  readonly isFiltered: boolean;
}

/** The moments between which a summary counts, ms, both included. */
interface SummaryWindow {
  readonly startMs: number;
  readonly endMs: number;
}

const ID_OF = {
  workflows: 'workflow',
  runs: 'run',
  reprocessedruns: 'run',
  userprocessingresults: 'user',
  subjectprocessingresults: 'user',
  taskreports: 'report',
  taskprocessingresults: null,
  executionscope: null,
} as const;
const ADDRESS_LENGTH_MAX = 4_096;

/** Reads an address; of one that is not understood, everything is `null`. */
export function readAddress(text: string): ExportAddress {
  const address = { workflow: null, run: null, user: null, report: null } as Record<string, string | null>;
  let collection: string | null = null;
  const [path = '', query = ''] = withoutEscapes(text.slice(0, ADDRESS_LENGTH_MAX).replace(/^.*#/, '')).split(
    '?',
  );
  const segments = path.split('/');
  for (const [index, segment] of segments.entries()) {
    const [, name = '', quotedKey] = /^(\w+)(?:\('((?:[^']|'')*)'\))?/.exec(segment) ?? [];
    const known = name.toLowerCase();
    if (!Object.hasOwn(ID_OF, known)) continue;
    collection = known;
    const key = quotedKey ?? segments[index + 1];
    const holder = ID_OF[known as keyof typeof ID_OF];
    if (holder !== null && key !== undefined && isKey(key)) address[holder] = key;
  }
  return {
    ...(address as Pick<ExportAddress, 'workflow' | 'run' | 'user' | 'report'>),
    collection,
    window: windowOf(path),
    isFiltered: /(?:^|&)\$?(?:filter|top|skip|search)=/i.test(query),
  };
}

/** A segment after a collection is a key, unless it is a function, an annotation, or a further collection. */
function isKey(segment: string): boolean {
  return (
    segment !== '' && !/^\$|\(|^microsoft\./.test(segment) && !Object.hasOwn(ID_OF, segment.toLowerCase())
  );
}

function withoutEscapes(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function windowOf(path: string): SummaryWindow | null {
  const momentOf = (name: string): number =>
    Date.parse(new RegExp(`summary\\([^)]*\\b${name}=([^,)]+)`, 'i').exec(path)?.[1] ?? '');
  const [startMs, endMs] = [momentOf('startDateTime'), momentOf('endDateTime')];
  return Number.isNaN(startMs) || Number.isNaN(endMs) ? null : { startMs, endMs };
}
