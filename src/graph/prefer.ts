/** What a client asks for in its headers: preferences, metadata level, media types. Source: domain §5. */
import { parseAccept } from 'hono/utils/accept';
import { LIMITS } from '../model/limits.ts';
import { badRequest, GraphError } from './graph-error.ts';

/** How much OData tells beside the data. */
export type MetadataLevel = 'none' | 'minimal' | 'full';

/** The preferences of one request. */
export interface Preferences {
  /** Members of enumerations that came after their sentinel, by name. */
  readonly unknownEnumMembers: boolean;
  readonly return: 'minimal' | 'representation' | null;
  /** Rows of a page; `null`: not asked for. */
  readonly maxPageSize: number | null;
  /** Whether a batch goes on after a request that failed. */
  readonly continueOnError: boolean;
}

/** Reads `Prefer`. What is not known is passed over, as HTTP has it. */
export function readPreferences(header: string | null): Preferences {
  const given = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', value = ''] = (part.split(';')[0] ?? '').split('=').map((text) => text.trim());
      return [name.toLowerCase(), value.replace(/^"(.*)"$/, '$1')] as const;
    }),
  );
  const size = Number(given.get('odata.maxpagesize') ?? given.get('maxpagesize') ?? Number.NaN);
  const asked = given.get('return')?.toLowerCase();
  return {
    unknownEnumMembers: given.has('include-unknown-enum-members'),
    return: asked === 'minimal' || asked === 'representation' ? asked : null,
    continueOnError:
      (given.get('continue-on-error') ?? given.get('odata.continue-on-error') ?? 'false').toLowerCase() !==
      'false',
    maxPageSize: Number.isInteger(size) && size >= 1 ? Math.min(size, LIMITS.pageSizeMax) : null,
  };
}

/** Value of `$format` → what it stands for in `Accept`. */
const FORMATS: Readonly<Record<string, string>> = { json: 'application/json', xml: 'application/xml' };

/** What a client takes: `$format` where it is given, else `Accept`. @throws GraphError 400 for two `$format`s. */
export function acceptOf(headers: Headers, params: URLSearchParams): string | null {
  const given = [...params].flatMap(([name, value]) => (/^\$?format$/i.test(name) ? [value] : []));
  if (given.length > 1) throw badRequest("The query option '$format' is given more than once.");
  const [format] = given;
  if (format === undefined) return headers.get('accept');
  const word = format.trim().toLowerCase();
  return Object.hasOwn(FORMATS, word) ? (FORMATS[word] as string) : word;
}

/** The media types that an `Accept` allows, the best first: `application/json`. */
export function mediaTypesOf(accept: string | null): readonly string[] {
  return parseAccept(accept ?? '*/*').flatMap(({ type, q }) => (q > 0 ? [type.toLowerCase()] : []));
}

/** The metadata level that an `Accept` asks for. @throws GraphError 406 when it takes no JSON. */
export function readAccept(accept: string | null, produced: 'json' | 'text'): MetadataLevel {
  const ranges = (accept ?? '*/*').split(',').map((range) => range.trim().toLowerCase());
  const wanted =
    produced === 'text'
      ? /^(?:text\/plain|text\/\*|\*\/\*)/
      : /^(?:application\/json|application\/\*|\*\/\*)/;
  const range = ranges.find((one) => wanted.test(one) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/.test(one));
  if (range === undefined) {
    throw new GraphError(
      406,
      'NotAcceptable',
      `Expected Accept or $format to allow ${produced === 'text' ? 'text/plain' : 'application/json'}.`,
    );
  }
  const level = /;\s*odata\.metadata=(none|minimal|full)\b/.exec(range)?.[1];
  return level === 'none' || level === 'full' ? level : 'minimal';
}
