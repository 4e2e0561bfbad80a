/** Sessions of browsers: a cookie in place of a token, which a page must not keep. */
import { createHash } from 'node:crypto';
import type { Principal } from '../graph/access/authorize.ts';
import { HOUR_MS, MINUTE_MS } from '../model/time.ts';
import type { Clock } from '../ports/clock.ts';

const COOKIE = 'tenure-session';
const SESSION_MS = 12 * HOUR_MS;
const CODE_MS = 10 * MINUTE_MS;
const ENTRIES_MAX = 1_000;

interface Entry {
  readonly principal: Principal;
  readonly endsAtMs: number;
}

/** What sessions take from outside. */
export interface SessionPorts {
  readonly clock: Clock;
  /** 256 random bits, base64url. */
  readonly secret: () => string;
}

/** Sessions and one-time codes, in memory, found by their digests; they end with the process. */
export class Sessions {
  readonly #ports: SessionPorts;
  readonly #sessions = new Map<string, Entry>();
  readonly #codes = new Map<string, Entry>();

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  /** A code that opens one session of `principal` within ten minutes. */
  newCode(principal: Principal): string {
    return this.#keep(this.#codes, principal, CODE_MS);
  }

  /** The principal of a code, which is used up; `null`: it is wrong, used or too old. */
  redeem(code: string): Principal | null {
    const key = digestOf(code);
    const principal = this.#find(this.#codes, key);
    this.#codes.delete(key);
    return principal;
  }

  /** Opens a session; the value of `Set-Cookie`. */
  open(principal: Principal, cookiePath: string, isSecure: boolean): string {
    const secret = this.#keep(this.#sessions, principal, SESSION_MS);
    return cookieText(secret, cookiePath, isSecure, SESSION_MS / 1_000);
  }

  /** Ends the request's session; the value of `Set-Cookie`. */
  end(request: Request, cookiePath: string, isSecure: boolean): string {
    const secret = secretOf(request);
    if (secret !== null) this.#sessions.delete(digestOf(secret));
    return cookieText('', cookiePath, isSecure, 0);
  }

  /** The principal of the request's session; `null`: there is none. */
  principalOf(request: Request): Principal | null {
    const secret = secretOf(request);
    return secret === null ? null : this.#find(this.#sessions, digestOf(secret));
  }

  #keep(entries: Map<string, Entry>, principal: Principal, durationMs: number): string {
    const { clock, secret } = this.#ports;
    const oldest = entries.keys().next().value;
    if (entries.size >= ENTRIES_MAX && oldest !== undefined) entries.delete(oldest);
    const made = secret();
    entries.set(digestOf(made), { principal, endsAtMs: clock.now() + durationMs });
    return made;
  }

  #find(entries: Map<string, Entry>, key: string): Principal | null {
    const found = entries.get(key);
    if (found === undefined) return null;
    if (found.endsAtMs > this.#ports.clock.now()) return found.principal;
    entries.delete(key);
    return null;
  }
}

function secretOf(request: Request): string | null {
  const cookies = (request.headers.get('cookie') ?? '').split(';').map((one) => one.trim());
  return cookies.find((one) => one.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) || null;
}

function cookieText(value: string, path: string, isSecure: boolean, seconds: number): string {
  const secure = isSecure ? '; Secure' : '';
  return `${COOKIE}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

/** What is looked up is no secret itself, so that the time of a look-up says nothing about one. */
function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
