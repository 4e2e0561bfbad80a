/** Lists and summaries of large files, each compared with a raw query of `node:sqlite` that returns the same rows. */
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { createLedger, type StandaloneLedger } from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import type { Run } from '../child.ts';
import { type Comparison, compare, type Side } from '../measure.ts';
import { median } from '../statistics.ts';
import { addRuns, addUsers } from './history.ts';

/** Sizes of the files. */
export interface QueryInput {
  readonly folder: string;
  readonly users: number;
  readonly runs: number;
  readonly rounds: number;
}

/** A measured query. */
export interface Asked {
  readonly question: string;
  readonly comparison: Comparison;
}

/** Rows per page. */
const PAGE = 100;
/** Repetitions per round; the figure is their median. Fewer of what looks at all users. */
const TIMES = 50;
const TIMES_WHOLE = 4;
const FROM = '2000-01-01T00:00:00Z';
const TO = '2030-01-01T00:00:00Z';

/** The query through tenure and in raw SQL: both return the number of rows, or the count. */
interface Question {
  readonly question: string;
  readonly ours: () => Promise<number>;
  readonly raw: () => number;
  /** Whether no index helps: all users are looked at. */
  readonly isWhole?: boolean;
}

export const run: Run<QueryInput> = async ({ folder, users, runs, rounds }, send) => {
  const files = { users: join(folder, 'users.db'), runs: join(folder, 'runs.db') };
  send({ kind: 'working', text: `writing a run of ${users} users` });
  const runId = await addUsers(files.users, users);
  send({ kind: 'working', text: `writing ${runs} runs` });
  const ofRuns = await addRuns(files.runs, runs);
  const ledgers = {
    users: await createLedger({ store: sqliteStore(files.users) }),
    runs: await createLedger({ store: sqliteStore(files.runs) }),
  };
  const raw = { users: new DatabaseSync(files.users), runs: new DatabaseSync(files.runs) };
  const questions = [
    ...(await aboutUsers(ledgers.users, raw.users, runId, users)),
    aboutRuns(ledgers.runs, raw.runs, ofRuns),
  ];
  for (const { question, ours, raw, isWhole = false } of questions) {
    send({ kind: 'working', text: question });
    const [found, rows] = [await ours(), raw()];
    if (found !== rows) throw new Error(`Expected ${rows} rows for ${question}, got ${found}`);
    const times = isWhole ? TIMES_WHOLE : TIMES;
    const rawSide = sideOf('a raw query of node:sqlite that gives the same rows', raw, times);
    const comparison = await compare(sideOf('tenure', ours, times), [rawSide], rounds);
    send({ kind: 'asked', question, comparison });
  }
  await Promise.all([ledgers.users.close(), ledgers.runs.close()]);
  for (const db of [raw.users, raw.runs]) db.close();
  return { perSecond: Number.NaN, figures: {} };
};

function sideOf(name: string, ask: () => number | Promise<number>, times: number): Side {
  return {
    name,
    go: async () => {
      const took: number[] = [];
      const held: Gap[] = [];
      for (let time = 0; time < times; time++) {
        const gap = longestGap();
        const startMs = performance.now();
        await ask();
        took.push(performance.now() - startMs);
        held.push(await gap.end());
      }
      return {
        perSecond: 1_000 / median(took),
        figures: {
          ms: median(took),
          heldMs: median(held.map(({ ms }) => ms)),
          heldCpuMs: median(held.map(({ cpuMs }) => cpuMs)),
        },
      };
    },
  };
}

/** How long the event loop had no turn: by the clock, and by the CPU, which other processes do not lengthen. */
interface Gap {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Watches for the longest gap between two turns. */
function longestGap(): { end(): Promise<Gap> } {
  const moment = (): Gap => {
    const { user, system } = process.cpuUsage();
    return { ms: performance.now(), cpuMs: (user + system) / 1_000 };
  };
  let [longest, last, isOver] = [{ ms: 0, cpuMs: 0 }, moment(), false];
  const watched = new Promise<void>((resolve) => {
    const turn = (): void => {
      const now = moment();
      longest = {
        ms: Math.max(longest.ms, now.ms - last.ms),
        cpuMs: Math.max(longest.cpuMs, now.cpuMs - last.cpuMs),
      };
      last = now;
      if (isOver) resolve();
      else setImmediate(turn);
    };
    setImmediate(turn);
  });
  return {
    end: async () => {
      isOver = true;
      await watched;
      return longest;
    },
  };
}

async function aboutUsers(
  ledger: StandaloneLedger,
  db: DatabaseSync,
  runId: string,
  users: number,
): Promise<readonly Question[]> {
  const list = ledger.userProcessingResults;
  const rows = (where: string, ...values: SQLInputValue[]) => {
    const sql = `SELECT * FROM users WHERE run_no = (SELECT no FROM runs WHERE id = ?) AND ${where} ORDER BY no LIMIT ${PAGE}`;
    const statement = db.prepare(sql);
    return () => statement.all(runId, ...values).length;
  };
  const page = async (options: { after?: string; filter?: string }) =>
    (await list.list(runId, { top: PAGE, ...options })).value.length;
  const pages = Math.floor(users / PAGE);
  const after = await tokenAfter((options) => list.list(runId, options), (pages - 1) * PAGE);
  const filtered = (filter: string, where: string): Question => ({
    question: `a page of ${PAGE} of ${text(users)} users where ${filter}`,
    ours: () => page({ filter }),
    raw: rows(where),
  });
  return [
    { question: `page 1 of ${text(users)} users`, ours: () => page({}), raw: rows('no > 0') },
    {
      question: `page ${text(pages)} of ${text(users)} users`,
      ours: () => page(after === null ? {} : { after }),
      raw: rows('no > ?', (pages - 1) * PAGE),
    },
    filtered("processingStatus eq 'failed'", "processing_status = 'failed'"),
    filtered(
      "processingStatus in ('failed', 'completedWithErrors')",
      "processing_status IN ('failed', 'completedWithErrors')",
    ),
    filtered('failedTasksCount gt 0', 'failed_tasks_count > 0'),
    ...withoutIndex(list, db, runId, users),
  ];
}

/** Lists and a count that have to look at all users. */
function withoutIndex(
  list: StandaloneLedger['userProcessingResults'],
  db: DatabaseSync,
  runId: string,
  users: number,
): readonly Question[] {
  const raw = (select: string, rest: string) => {
    const sql = `SELECT ${select} FROM users WHERE run_no = (SELECT no FROM runs WHERE id = ?) ${rest}`;
    return db.prepare(sql);
  };
  const page = async (options: { filter?: string; orderBy?: string }) =>
    (await list.list(runId, { top: PAGE, ...options })).value.length;
  const filter = `startedDateTime lt ${FROM}`;
  const early = Date.parse(FROM);
  const [none, sorted, count] = [
    raw('*', `AND started_at_ms < ? ORDER BY no LIMIT ${PAGE}`),
    raw('*', `ORDER BY started_at_ms DESC, no DESC LIMIT ${PAGE}`),
    raw('count(*) AS n', 'AND started_at_ms >= ?'),
  ];
  return [
    {
      question: `a look at all of ${text(users)} users, where ${filter}`,
      ours: () => page({ filter }),
      raw: () => none.all(runId, early).length,
      isWhole: true,
    },
    {
      question: `the first ${PAGE} of ${text(users)} users by startedDateTime desc`,
      ours: () => page({ orderBy: 'startedDateTime desc' }),
      raw: () => sorted.all(runId).length,
      isWhole: true,
    },
    {
      question: `the count of ${text(users)} users where startedDateTime ge ${FROM}`,
      ours: async () =>
        (await list.list(runId, { top: 1, filter: `startedDateTime ge ${FROM}`, count: true })).count ?? 0,
      raw: () => Number(count.get(runId, early)?.n),
      isWhole: true,
    },
  ];
}

/** The token of the page that begins after `skip` rows; `null` for the first. */
async function tokenAfter(
  list: (options: { top: number; after?: string }) => Promise<{ nextToken: string | null }>,
  skip: number,
): Promise<string | null> {
  let after: string | null = null;
  for (let left = skip; left > 0; ) {
    const top = Math.min(left, 999);
    after = (await list(after === null ? { top } : { top, after })).nextToken;
    left -= top;
  }
  return after;
}

function aboutRuns(ledger: StandaloneLedger, db: DatabaseSync, workflowId: string): Question {
  const total = Number(db.prepare('SELECT count(*) AS n FROM runs').get()?.n);
  const statement = db.prepare(
    `SELECT count(*) AS runs, sum(processing_status = 'completed') AS successful,
       sum(processing_status IN ('failed', 'completedWithErrors')) AS failed, sum(total_users_count) AS users,
       sum(total_tasks_count) AS tasks, sum(failed_tasks_count) AS failedTasks
     FROM runs WHERE workflow_id = ? AND coalesce(started_at_ms, scheduled_at_ms) BETWEEN ? AND ?`,
  );
  const [from, to] = [Date.parse(FROM), Date.parse(TO)];
  return {
    question: `the summary of ${text(total)} runs`,
    ours: async () => (await ledger.runs.summary(workflowId, FROM, TO)).totalRuns,
    raw: () => Number(statement.get(workflowId, from, to)?.runs),
  };
}

function text(count: number): string {
  return count.toLocaleString('en-US');
}
