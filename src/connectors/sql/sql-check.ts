import type { ConnectionCheck } from '../kernel/connection-check.ts';
import { saidLine, withoutUrlCredentials } from '../kernel/said.ts';
import { momentOf, newestChange } from './sql-changes.ts';
import { quotedTable } from './sql-options.ts';
import type { SqlReader } from './sql-reader.ts';

const COUNT_MAX = 100_000;

/** Tries what the directory will need: a row, the columns, timestamps and memberships. */
export async function checkDirectory(
  reader: SqlReader,
  signal?: AbortSignal,
): Promise<readonly ConnectionCheck[]> {
  const { table, groups, updatedAt } = reader.settings;
  const checks: ConnectionCheck[] = [];
  const tried = async (
    name: string,
    remedy: string,
    read: () => Promise<string | null>,
  ): Promise<boolean> => {
    signal?.throwIfAborted();
    try {
      checks.push({ name, detail: await read(), failure: null });
      return true;
    } catch (error) {
      checks.push({ name, detail: null, failure: `${said(error)}${remedy && `; ${remedy}`}` });
      return false;
    }
  };
  const isReachable = await tried(
    'reach the table',
    `check the connection, and \`table\`: ${table}`,
    async () => {
      await reader.rows(() => `SELECT 1 AS c0 FROM ${reader.table} LIMIT 1`);
      return null;
    },
  );
  if (!isReachable) return checks;
  const missing = await missingColumns(reader, signal);
  checks.push(...missing);
  if (missing.length > 0) return checks;
  await tried('read a person', '', async () =>
    (await reader.sample()).length === 0 ? 'there is none yet' : null,
  );
  await tried('count people', '', () => counted(reader));
  if (updatedAt)
    await tried('read changes', '', async () => {
      const newest = await newestChange(reader, updatedAt);
      if (newest === null) return `no row has ${updatedAt.column} yet`;
      const at = new Date(momentOf(newest, updatedAt)).toISOString();
      const isLeftOut = groups !== undefined && !updatedAt.coversGroups;
      return isLeftOut
        ? `not used, since updatedAt.coversGroups is not set; the last at ${at}`
        : `the last at ${at}`;
    });
  if (groups)
    await tried(
      'read memberships',
      `check \`groups\`: ${groups.table}, ${groups.personColumn}, ${groups.groupColumn}`,
      async () => {
        const { rules } = reader.settings;
        const columns = [groups.personColumn, groups.groupColumn].map(rules.quote).join(', ');
        await reader.rows(
          () => `SELECT ${columns} FROM ${quotedTable(reader.settings, groups.table)} LIMIT 1`,
        );
        return null;
      },
    );
  return checks;
}

/** A failure for each column that cannot be read; the attempt to read all of them at once says nothing of the others. */
async function missingColumns(reader: SqlReader, signal?: AbortSignal): Promise<readonly ConnectionCheck[]> {
  const { columns, id, updatedAt, table, rules } = reader.settings;
  const all = [
    { column: id.column, option: 'id' },
    ...columns.map(({ column, attribute }) => ({ column, option: `columns.${attribute}` })),
    ...(updatedAt ? [{ column: updatedAt.column, option: 'updatedAt' }] : []),
  ];
  const failures: ConnectionCheck[] = [];
  for (const { column, option } of all) {
    signal?.throwIfAborted();
    try {
      await reader.rows(() => `SELECT ${rules.quote(column)} AS c0 FROM ${reader.table} LIMIT 1`);
    } catch (error) {
      const remedy = `correct ${option}, or add the column to ${table}; letter case counts in Postgres`;
      failures.push({ name: `read column ${column}`, detail: null, failure: `${said(error)}; ${remedy}` });
    }
  }
  return failures;
}

async function counted(reader: SqlReader): Promise<string> {
  const countOf = async (condition: string) => {
    const [row] = await reader.rows(
      () =>
        `SELECT COUNT(*) AS c0 FROM (SELECT 1 AS c1 FROM ${reader.table} WHERE ${condition} LIMIT ${COUNT_MAX + 1}) AS counted`,
    );
    const count = Number(row?.c0);
    return count > COUNT_MAX ? `more than ${COUNT_MAX.toLocaleString('en')}` : count.toLocaleString('en');
  };
  const people = `${await countOf(`${reader.id} IS NOT NULL`)} people`;
  const others = await countOf(`${reader.id} IS NULL`);
  return others === '0'
    ? people
    : `${people}; left out, since they have no ${reader.settings.id.column}: ${others} rows`;
}

/** What an error says, cut, and without the credentials of a URL. */
function said(error: unknown): string {
  const text = error instanceof Error ? error.message : 'The query failed';
  return saidLine(withoutUrlCredentials(text));
}
