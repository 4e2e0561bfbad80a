/** Reads people from the database: pages in the order of their ids, and some by id, with their groups. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Subject } from '../../model/subject.ts';
import { quotedTable, type Settings, type SqlGroups } from './sql-options.ts';
import { type Condition, statement } from './sql-statement.ts';
import { aliasOf, idOf, idParameter, subjectOf } from './sql-values.ts';

/** Values of one `IN`. */
const IN_MAX = 500;

type Row = Readonly<Record<string, unknown>>;

/** Statements on the people's table. */
export class SqlReader {
  readonly settings: Settings;
  /** In quotes. */
  readonly table: string;
  /** In quotes. */
  readonly id: string;

  constructor(settings: Settings) {
    this.settings = settings;
    this.table = quotedTable(settings, settings.table);
    this.id = settings.rules.quote(settings.id.column);
  }

  /** The rows of a statement. @throws What the host's `query` throws. */
  async rows(write: Parameters<typeof statement>[1]): Promise<readonly Row[]> {
    const { sql, parameters } = statement(this.settings.rules, write);
    const rows: unknown = await this.settings.query(sql, parameters);
    if (Array.isArray(rows)) return rows as readonly Row[];
    throw new LifecycleError('InvalidArgument', 'Expected query to return an array of rows, got none', {
      field: 'query',
    });
  }

  /** The people of a condition, or all, in pages. */
  async *people(condition: Condition | null): AsyncGenerator<readonly Subject[]> {
    for await (const rows of this.#pages(condition, this.#columns())) yield this.#subjects(rows);
  }

  /** The ids of a condition, in pages. */
  async *ids(condition: Condition): AsyncGenerator<readonly string[]> {
    for await (const rows of this.#pages(condition, '')) yield [...rows.keys()];
  }

  /** The people with these ids; unknown ones are left out. */
  async get(ids: readonly string[]): Promise<readonly Subject[]> {
    const { type } = this.settings.id;
    const wanted = new Map(ids.map((id) => [id, idParameter(id, type)] as const));
    const parameters = [...wanted.values()].filter((one) => one !== null);
    const found: Subject[] = [];
    for (let from = 0; from < parameters.length; from += IN_MAX) {
      const some = parameters.slice(from, from + IN_MAX);
      const rows = await this.rows(
        (values) =>
          `SELECT ${this.id} AS id${this.#columns()} FROM ${this.table} WHERE ${this.id} IN ${values.list(some)}`,
      );
      const byId = this.#byId(rows);
      // A collation can find other spellings, too.
      for (const id of byId.keys()) if (!wanted.has(id)) byId.delete(id);
      found.push(...(await this.#subjects(byId)));
    }
    return found;
  }

  /** The people of one row at most, for a check. */
  async sample(): Promise<readonly Subject[]> {
    const rows = await this.rows(
      () =>
        `SELECT ${this.id} AS id${this.#columns()} FROM ${this.table} WHERE ${this.id} IS NOT NULL LIMIT 1`,
    );
    return this.#subjects(this.#byId(rows));
  }

  /**
   * Pages by id. A page begins with the last id of the page before it, since ids can be equal in the order of the
   * database and yet differ: `a` and `A`. Rows that were given before are skipped.
   */
  async *#pages(condition: Condition | null, columns: string): AsyncGenerator<ReadonlyMap<string, Row>> {
    const { pageSize } = this.settings;
    let before: ReadonlyMap<string, Row> = new Map();
    for (let last: unknown = null; ; ) {
      const rows = await this.rows((values) => {
        const from = last === null ? `${this.id} IS NOT NULL` : `${this.id} >= ${values.add(last)}`;
        const where = condition === null ? from : `${from} AND ${condition(values)}`;
        // With the table's name, or an alias of the statement could be meant.
        const order = `${this.table}.${this.id}`;
        return `SELECT ${this.id} AS id${columns} FROM ${this.table} WHERE ${where} ORDER BY ${order} LIMIT ${pageSize + 1}`;
      });
      const page = this.#byId(rows);
      const fresh = new Map([...page].filter(([id]) => !before.has(id)));
      if (fresh.size > 0) yield fresh;
      if (rows.length <= pageSize) return;
      if (fresh.size === 0) throw this.#equalIds(rows.length);
      last = rows.at(-1)?.id;
      before = page;
    }
  }

  /** @throws LifecycleError `Duplicate` for an id of two rows. */
  #byId(rows: readonly Row[]): Map<string, Row> {
    const { id: column, table } = this.settings;
    const byId = new Map<string, Row>();
    for (const row of rows) {
      const id = idOf(row.id, column);
      if (byId.has(id))
        throw new LifecycleError(
          'Duplicate',
          `Expected \`${table}\` to have one row for each ${column.column}, got several for \`${id}\`; read from a view that has one row a person`,
          { ids: [id] },
        );
      byId.set(id, row);
    }
    return byId;
  }

  async #subjects(rows: ReadonlyMap<string, Row>): Promise<readonly Subject[]> {
    const { columns, groups } = this.settings;
    const memberships = groups && (await this.#memberships(groups, rows));
    return [...rows].map(([id, row]) => ({
      ...subjectOf(row, id, columns),
      ...(memberships && { memberOf: memberships.get(id) ?? [] }),
    }));
  }

  /** The groups of people, by the people's ids. */
  async #memberships(
    { table, personColumn, groupColumn }: SqlGroups,
    people: ReadonlyMap<string, Row>,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const { rules } = this.settings;
    const [person, group] = [rules.quote(personColumn), rules.quote(groupColumn)];
    const found = new Map<string, string[]>();
    const ids = [...people.values()].map(({ id }) => id);
    for (let from = 0; from < ids.length; from += IN_MAX) {
      const some = ids.slice(from, from + IN_MAX);
      const rows = await this.rows(
        (values) =>
          `SELECT ${person} AS id, ${rules.asText(group)} AS c0 FROM ${quotedTable(this.settings, table)} WHERE ${person} IN ${values.list(some)} AND ${group} IS NOT NULL ORDER BY 2`,
      );
      for (const row of rows) {
        const id = idOf(row.id, { column: personColumn, type: this.settings.id.type });
        const groups = found.get(id);
        if (groups) groups.push(String(row.c0));
        else found.set(id, [String(row.c0)]);
      }
    }
    return found;
  }

  /** The columns after the id, each under its alias. */
  #columns(): string {
    const { columns, rules } = this.settings;
    return columns
      .map(({ column, type }, index) => {
        const quoted = rules.quote(column);
        return `, ${type === 'day' ? rules.asDay(quoted) : quoted} AS ${aliasOf(index)}`;
      })
      .join('');
  }

  #equalIds(count: number): LifecycleError {
    return new LifecycleError(
      'InvalidArgument',
      `Expected ids of \`${this.settings.table}\` to differ in the order of the database, got ${count} that do not; give the column another collation, or raise pageSize`,
      { field: 'id' },
    );
  }
}
