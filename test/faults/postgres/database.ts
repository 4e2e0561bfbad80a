/** The soak's own connections to the server, beside those of the engines: they go around the proxy. */
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

/** Tenure's tables of the soak. */
export const SCHEMA = 'tenure';
/** Wait before a server that is away is asked again, ms. */
const RETRY_MS = 50;

/** Notes every change of a run's status that ends it: more than one of a run is a fault. */
const WITNESS = `CREATE SCHEMA soak;
CREATE TABLE soak.endings (run_id text NOT NULL, status text NOT NULL);
CREATE FUNCTION soak.note() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO soak.endings VALUES (NEW.id, NEW.processing_status); RETURN NULL; END $$;
CREATE TRIGGER soak AFTER UPDATE ON ${SCHEMA}.runs FOR EACH ROW
  WHEN (NEW.completed_at_ms IS NOT NULL AND
    (OLD.completed_at_ms, OLD.processing_status) IS DISTINCT FROM (NEW.completed_at_ms, NEW.processing_status))
  EXECUTE FUNCTION soak.note();`;

/** The server as a superuser sees it. */
export class SoakDatabase {
  readonly #pool: pg.Pool;

  constructor(url: string) {
    this.#pool = new pg.Pool({ connectionString: url, application_name: 'soak', max: 3 });
    this.#pool.on('error', () => {}); // an idle connection of a server that crashed
  }

  /** Reads; again and again while the server is away. */
  readonly ask = async (
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Record<string, unknown>[]> => {
    for (;;) {
      try {
        return (await this.#pool.query(text, [...values])).rows;
      } catch (error) {
        if (!isAway(error)) throw error;
        await wait(RETRY_MS);
      }
    }
  };

  /** Once the tables are there, before there is a run. */
  async watchEndings(): Promise<void> {
    await this.#pool.query(WITNESS);
  }

  /** How often each run has ended. */
  async endings(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.ask('SELECT run_id, count(*)::int AS times FROM soak.endings GROUP BY run_id');
    return new Map(rows.map(({ run_id, times }) => [String(run_id), Number(times)]));
  }

  /** Ends a connection of a worker. `false`: there is none. */
  async terminateOne(draw: number): Promise<boolean> {
    const backends = "SELECT pid FROM pg_stat_activity WHERE application_name = 'tenure' ORDER BY pid";
    const rows = await this.ask(backends);
    const pid = rows[Math.floor(draw * rows.length)]?.pid;
    if (pid === undefined) return false;
    const [row] = await this.ask('SELECT pg_terminate_backend($1::int) AS was_there', [pid]);
    return row?.was_there === true;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** Whether an error is of a connection, not of the statement. */
function isAway(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return (
    typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || /^(?:08|57)/.test(code) || code.startsWith('E')
  );
}
