/** Who may do what. Source: domain §2.5. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Permission } from './permissions.ts';

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

/**
 * Takes `Authorization: Bearer …` with one of these tokens. Compares in constant time, whatever their lengths.
 *
 * @throws TypeError for no token, or one of fewer than 16 characters.
 */
export function bearerTokens(tokens: readonly (string | BearerToken)[]): Authorize {
  const known = tokens.map((one, index) => {
    const {
      token,
      id = `token ${index + 1}`,
      permissions = 'all',
    } = typeof one === 'string' ? { token: one } : one;
    if (token.length < TOKEN_LENGTH_MIN)
      throw new TypeError(`Expected a token of at least ${TOKEN_LENGTH_MIN} characters`);
    return { digest: digestOf(token), principal: { id, permissions } };
  });
  if (known.length === 0) throw new TypeError('Expected at least one token');
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

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
