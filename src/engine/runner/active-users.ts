import { LIMITS } from '../../model/limits.ts';
import { type ActiveUser, freePlace } from '../handlers/active-user.ts';
import type { DriverDeps } from './driver-deps.ts';

/** The users of a slice that are recording, ready, running or waiting. */
export class ActiveUsers implements Iterable<ActiveUser> {
  readonly #users = new Set<ActiveUser>();
  readonly #load: DriverDeps['load'];
  #waiters: { readonly most: number; readonly resolve: () => void }[] = [];

  constructor(load: DriverDeps['load']) {
    this.#load = load;
  }

  get size(): number {
    return this.#users.size;
  }

  [Symbol.iterator](): Iterator<ActiveUser> {
    return [...this.#users].values();
  }

  add(active: ActiveUser): void {
    this.#users.add(active);
    this.#load.activeUsers += 1;
  }

  remove(active: ActiveUser): void {
    active.state = 'done';
    freePlace(active);
    if (this.#users.delete(active)) this.#load.activeUsers -= 1;
    const { size } = this.#users;
    if (this.#waiters.length === 0) return;
    for (const { most, resolve } of this.#waiters) if (size <= most) resolve();
    this.#waiters = this.#waiters.filter(({ most }) => size > most);
  }

  /** Those whose task waits for an answer from outside. */
  get suspended(): readonly ActiveUser[] {
    return [...this.#users].filter((one) => one.state === 'waiting' && one.suspendedSinceMs !== null);
  }

  /** The user at `ordinal`, if it is active. */
  at(ordinal: number): ActiveUser | undefined {
    for (const active of this.#users) if (active.user.ordinal === ordinal) return active;
    return undefined;
  }

  /** Resolves when at most `most` users are left. */
  async untilAtMost(most: number): Promise<void> {
    if (this.#users.size <= most) return;
    await new Promise<void>((resolve) => this.#waiters.push({ most, resolve }));
  }

  /** Resolves when a further batch of users may become active. */
  untilRoom(): Promise<void> {
    return this.untilAtMost(LIMITS.usersPerBatch);
  }
}
