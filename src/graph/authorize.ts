/** Who may do what. Source: domain §2.5. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readArray, readLine, readWord } from '../input/fields.ts';
import { optional, readShape, type ShapeOf, withDefault } from '../input/options.ts';
import { invalid, type Place } from '../input/refuse.ts';
import { LIMITS } from '../model/limits.ts';
import { PERMISSIONS, type Permission } from './permissions.ts';

/** Somebody who may use the API. */
export interface Principal {
  /** Names him in rate limits, and as `createdBy` and `lastModifiedBy` of what he makes and changes. */
  readonly id: string;
  /** What he may do; `all`: everything. */
  readonly permissions: readonly Permission[] | 'all';
}

/** Whoever sends a request, where nobody is asked who he is. */
export const ANYBODY: Principal = { id: 'anybody', permissions: 'all' };

/** Who sends a request; `null`: nobody who is known, so it is refused with 401. */
export type Authorize = (request: Request) => Principal | null | Promise<Principal | null>;

/** A token, and who has it. */
export interface BearerToken extends Partial<Principal> {
  readonly token: string;
}

const TOKEN_LENGTH_MIN = 16;
const TOKENS_MAX = 10_000;
const ALL_PERMISSIONS: readonly Permission[] = Object.values(PERMISSIONS);
const TOKEN = {
  token: readToken,
  id: optional((place) => readLine(place, LIMITS.idLengthMax)),
  permissions: withDefault(readPermissions, 'all'),
} satisfies ShapeOf<BearerToken>;

/**
 * Takes `Authorization: Bearer …` with one of these tokens. Compares in constant time, whatever their lengths.
 *
 * @throws LifecycleError `InvalidArgument` for no token, or one of fewer than 16 characters; no message has a token.
 */
export function bearerTokens(tokens: readonly (string | BearerToken)[]): Authorize {
  const list = { path: 'tokens', value: tokens };
  if (!Array.isArray(tokens) || tokens.length === 0)
    throw invalid(list, 'an array of at least one token', Array.isArray(tokens) ? 'none' : 'something else');
  const known = readArray(list, TOKENS_MAX).map((place, index) => {
    const one = typeof place.value === 'string' ? { ...place, value: { token: place.value } } : place;
    const { token, id = `token ${index + 1}`, permissions } = readShape(one, TOKEN);
    return { digest: digestOf(token), principal: { id, permissions } };
  });
  return (request) => {
    const given = digestOf(/^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '');
    // All are looked at, so that the time says nothing about which one was near.
    const fitting = known.filter(({ digest }) => timingSafeEqual(digest, given));
    return fitting[0]?.principal ?? null;
  };
}

/** Whether a principal has one of the permissions. */
export function isAllowed({ permissions }: Principal, needed: readonly Permission[]): boolean {
  return permissions === 'all' || needed.some((one) => permissions.includes(one));
}

/** What is refused may be most of a secret, and is not shown. */
function readToken(place: Place): string {
  const { value } = place;
  if (typeof value === 'string' && value.length >= TOKEN_LENGTH_MIN) return value;
  const got = typeof value === 'string' ? `${value.length} characters` : 'something else';
  throw invalid(place, `a token of at least ${TOKEN_LENGTH_MIN} characters`, got);
}

function readPermissions(place: Place): readonly Permission[] | 'all' {
  if (place.value === 'all') return 'all';
  return readArray(place, ALL_PERMISSIONS.length).map((one) => readWord(one, ALL_PERMISSIONS));
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
