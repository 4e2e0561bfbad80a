/** News between processes: NOTIFY with the commits, LISTEN on a connection of its own. */
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunNews } from '../../../model/slices.ts';
import type { PostgresPool } from '../database.ts';
import type { Session } from '../session.ts';

type Listener = (news: RunNews) => void;

/** Wait before a lost connection is made anew, ms. Meanwhile engines look for themselves. */
const RETRY_MS = 1_000;
const KINDS: ReadonlySet<unknown> = new Set(['offered', 'canceling', 'ended', 'answered']);

/** The channel of one schema. */
export class News {
  readonly #pool: PostgresPool | null;
  readonly #channel: string;
  readonly #listeners = new Set<Listener>();
  #release: (() => void) | null = null;
  #isConnecting = false;

  /** @param pool `null`: its connections are too few for one that only listens. */
  constructor(pool: PostgresPool | null, schema: string) {
    this.#pool = pool;
    this.#channel = `tenure_${createHash('sha256').update(schema).digest('hex').slice(0, 16)}`;
  }

  /** In a transaction: heard when it is committed. */
  async publish(session: Session, news: RunNews): Promise<void> {
    await session.rows('SELECT pg_notify($1, $2)', [this.#channel, JSON.stringify(news)]);
  }

  watch(listener: Listener): { close(): void } {
    this.#listeners.add(listener);
    void this.#listen();
    return {
      close: () => {
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.close();
      },
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#release?.();
    this.#release = null;
  }

  async #listen(): Promise<void> {
    if (this.#pool === null || this.#isConnecting || this.#release) return;
    this.#isConnecting = true;
    try {
      const client = await this.#pool.connect();
      const lost = () => {
        if (this.#release !== release) return;
        this.#release = null;
        release();
        void this.#later();
      };
      const hear = (message: unknown) => this.#hear((message as { readonly payload?: string }).payload ?? '');
      const release = () => {
        client.removeListener('error', lost);
        client.removeListener('end', lost);
        client.removeListener('notification', hear);
        client.release(true);
      };
      client.on('error', lost);
      client.on('end', lost);
      client.on('notification', hear);
      this.#release = release;
      if (this.#listeners.size === 0) this.close();
      else await client.query(`LISTEN ${this.#channel}`);
    } catch {
      // The server cannot be reached now: calls that need it report that.
      this.#release?.();
      this.#release = null;
      void this.#later();
    } finally {
      this.#isConnecting = false;
    }
  }

  async #later(): Promise<void> {
    await wait(RETRY_MS, undefined, { ref: false });
    if (this.#listeners.size > 0) await this.#listen();
  }

  #hear(payload: string): void {
    let news: RunNews;
    try {
      news = JSON.parse(payload) as RunNews;
    } catch {
      return; // of another program on this channel
    }
    if (typeof news?.runId !== 'string' || !KINDS.has(news.kind)) return;
    for (const listener of this.#listeners) listener(news);
  }
}
