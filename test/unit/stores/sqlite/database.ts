/** A database of the current schema in memory, for the tests of what runs statements on a connection. */
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import type { Cell } from '../../../../src/stores/sql/cells.ts';
import { runCells } from '../../../../src/stores/sql/run-rows.ts';
import { CELLS_PER_USER, putCells, USER_COLUMNS } from '../../../../src/stores/sql/user-rows.ts';
import { Connection } from '../../../../src/stores/sqlite/file/connection.ts';
import { migrate } from '../../../../src/stores/sqlite/file/migrations.ts';
import { runNoOf } from '../../../../src/stores/sqlite/reading/run-queries.ts';
import { INSERT_RUN } from '../../../../src/stores/sqlite/rows/run-statements.ts';

const PLACEHOLDERS = Array.from({ length: CELLS_PER_USER }, () => '?').join(', ');

/** A connection that remembers which statements were asked for. */
export class RecordingConnection extends Connection {
  readonly asked: { readonly sql: string; readonly params: readonly Cell[] }[] = [];

  constructor(file = ':memory:') {
    super(file, { readOnly: false, busyTimeoutMs: 0 });
  }

  override run(sql: string, ...params: readonly Cell[]): number {
    this.asked.push({ sql, params });
    return super.run(sql, ...params);
  }

  override get(sql: string, ...params: readonly Cell[]) {
    this.asked.push({ sql, params });
    return super.get(sql, ...params);
  }

  override all(sql: string, ...params: readonly Cell[]) {
    this.asked.push({ sql, params });
    return super.all(sql, ...params);
  }

  override each(sql: string, ...params: readonly Cell[]) {
    this.asked.push({ sql, params });
    return super.each(sql, ...params);
  }

  /** The statements that `act` asked for. */
  during(act: () => unknown): readonly { readonly sql: string; readonly params: readonly Cell[] }[] {
    this.asked.length = 0;
    act();
    return [...this.asked];
  }

  /** How SQLite goes about each of the statements that `act` asked for. */
  plansOf(act: () => unknown): readonly string[] {
    return this.during(act).map(({ sql }) => this.planOf(sql));
  }

  planOf(sql: string): string {
    return super
      .all(`EXPLAIN QUERY PLAN ${sql}`)
      .map((row) => String(row[3]))
      .join('; ');
  }

  insertRun(run: RunRecord): number {
    super.run(INSERT_RUN, ...runCells(run));
    return Number(runNoOf(this, run.id));
  }

  insertUsers(runNo: number, users: readonly UserRecord[]): void {
    for (const user of users) {
      const cells: Cell[] = [];
      putCells(cells, 0, runNo, user);
      super.run(`INSERT INTO users (run_no, ${USER_COLUMNS}) VALUES (${PLACEHOLDERS})`, ...cells);
    }
  }
}

/** A new database with the tables and statistics of a file. */
export function newDatabase(): RecordingConnection {
  const connection = new RecordingConnection();
  migrate(connection);
  return connection;
}
