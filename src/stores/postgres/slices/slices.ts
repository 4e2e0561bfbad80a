import { InvariantError } from '../../../errors/lifecycle-error.ts';
import { LIMITS } from '../../../model/limits.ts';
import type { RunRecord } from '../../../model/records.ts';
import {
  type ClaimedSlice,
  type HeldSlice,
  type OpenSlice,
  type RunNews,
  type SliceAnswer,
  type SliceClaim,
  type SliceCommit,
  type SliceKey,
  type SliceRecord,
  sliceId,
} from '../../../model/slices.ts';
import type { CommitOptions, StoreSlices, StoreTransaction } from '../../../ports/store.ts';
import { cutRun, runAfterSlice, runStarted, runWithSlices, sliceAfter } from '../../../rules/status/slice.ts';
import { isTerminal } from '../../../rules/status/transitions.ts';
import type { Row } from '../../sql/cells.ts';
import type { Database } from '../database.ts';
import { fresh } from '../journal.ts';
import { type Session, textArray } from '../session.ts';
import type { PostgresTransaction } from '../transaction.ts';
import type { News } from './news.ts';
import { commitSlice, readSlice } from './slice-commit.ts';
import { type HeldJournal, type JournalStep, readSliceJournal, stepOf } from './slice-journal.ts';
import { reportsCell, SLICE_COLUMNS, sliceFromRow } from './slice-rows.ts';
import { getSeenRun, lockRun, movesOfOthers, putRunRow } from './slice-runs.ts';

const INSERT = `WITH run AS (UPDATE {s}.runs SET slices_left = cardinality($2::int[]) WHERE id = $1 RETURNING no)
  INSERT INTO {s}.slices (run_no, no, first_no, last_no, state, task_reports)
  SELECT run.no, slice.*, 'queued', $5 FROM run, unnest($2::int[], $3::int[], $4::int[]) AS slice`;

/** In the order of their numbers, as their holders lock them. */
const CANCEL = `WITH locked AS MATERIALIZED (SELECT run_no, no FROM {s}.slices
    WHERE run_no = (SELECT no FROM {s}.runs WHERE id = $1) AND state <> 'ended' ORDER BY no FOR UPDATE)
  UPDATE {s}.slices SET canceling = true FROM locked WHERE slices.run_no = locked.run_no AND slices.no = locked.no`;

const FREE = "(NOT slices.in_hand OR heard_at <= clock_timestamp() - $1 * interval '1 millisecond')";
const ON_DEMAND = "(workflow_execution_type <> 'scheduled')";

const LIST = `SELECT runs.id, slices.no, ${ON_DEMAND} FROM {s}.runs JOIN {s}.slices ON run_no = runs.no
  WHERE slices_left > 0 AND published AND slices.state <> 'ended'`;
const LIST_OF_RUN = `${LIST} AND runs.id = $1 ORDER BY slices.no LIMIT $2`;
const LIST_FREE = `${LIST} AND ${FREE} AND ($2::boolean IS NULL OR ${ON_DEMAND} = $2) ORDER BY run_no, slices.no LIMIT $3`;

const HOLDERS = `SELECT DISTINCT holder FROM {s}.runs JOIN {s}.slices ON run_no = runs.no
  WHERE slices_left > 0 AND runs.id = ANY($2::text[]) AND slices.state <> 'ended' AND NOT ${FREE}`;

const KEYS = 'unnest($1::text[], $2::int[]) AS key (run_id, slice) JOIN {s}.runs ON runs.id = key.run_id';
const OF_KEYS = "run_no = runs.no AND slices.no = key.slice AND published AND slices.state <> 'ended'";
/** Those that can be claimed, without waiting for others that claim. */
const CLAIM = `WITH found AS (
    SELECT run_no, slices.no, slices.in_hand, runs.id, runs.workflow_id FROM ${KEYS} JOIN {s}.slices ON ${OF_KEYS}
    WHERE NOT slices.in_hand OR heard_at <= clock_timestamp() - $3 * interval '1 millisecond'
    FOR UPDATE OF slices SKIP LOCKED)
  UPDATE {s}.slices SET claim = claim + 1, in_hand = true, holder = $4, heard_at = clock_timestamp()
  FROM found WHERE slices.run_no = found.run_no AND slices.no = found.no
  RETURNING found.id, found.in_hand, found.run_no, found.workflow_id, ${SLICE_COLUMNS}`;
const OPEN = `SELECT runs.id, slices.no FROM ${KEYS} JOIN {s}.slices ON ${OF_KEYS}`;
const MARK_NO_OP = `UPDATE {s}.runs SET is_no_op = true, revision = revision + 1,
    last_updated_at_ms = greatest($2, last_updated_at_ms + 1)
  WHERE id = $1 AND NOT is_no_op AND workflow_execution_type <> 'preview' AND processing_status <> 'canceling'`;

const HELD = `unnest($1::text[], $2::int[], $3::int8[]) WITH ORDINALITY AS held (run_id, no, claim, at)
  JOIN {s}.runs ON runs.id = held.run_id WHERE run_no = runs.no AND slices.no = held.no AND slices.claim = held.claim`;
const RENEW = `UPDATE {s}.slices SET heard_at = clock_timestamp() FROM ${HELD}
  RETURNING held.at, slices.canceling`;
const RELEASE = `UPDATE {s}.slices SET in_hand = false FROM ${HELD}`;

/** Slices in a Postgres database. Leases are measured by the database's clock. */
export class PostgresSlices {
  readonly #database: Database;
  readonly #news: News;
  readonly #begin: (session: Session) => PostgresTransaction;
  /** Journals of the slices that this process has claimed, each as of its last commit. */
  readonly #held = new Map<string, HeldJournal>();

  constructor(database: Database, news: News, begin: (session: Session) => PostgresTransaction) {
    this.#database = database;
    this.#news = news;
    this.#begin = begin;
  }

  /** The port. */
  port(): StoreSlices {
    return {
      insert: (tx, run) => this.#insert(tx, run),
      cancel: async (tx, runId) => {
        await write(tx, async (session) => {
          await session.rows(CANCEL, [runId]);
          await this.#news.publish(session, { kind: 'canceling', runId });
        });
      },
      list: async ({ runId, leaseMs, onDemand, limit }) => {
        const rows = await this.#database.readOnce((session) =>
          runId === undefined
            ? session.rows(LIST_FREE, [leaseMs, onDemand ?? null, limit])
            : session.rows(LIST_OF_RUN, [runId, limit]),
        );
        return rows.map(
          ([id, no, isOnDemand]): OpenSlice => ({
            runId: String(id),
            slice: Number(no),
            isOnDemand: Boolean(isOnDemand),
          }),
        );
      },
      holders: async ({ runIds, leaseMs }) => {
        const values = [leaseMs, textArray(runIds)];
        const rows = await this.#database.readOnce((session) => session.rows(HOLDERS, values));
        return rows.map(([holder]) => String(holder));
      },
      claim: (keys, claim) => this.#claim(keys, claim),
      renew: (held) => this.#renew(held),
      release: async (held) => {
        if (held.length === 0) return;
        await this.#database.write((session) => session.rows(RELEASE, heldColumns(held)));
        for (const key of held) this.#held.delete(sliceId(key));
      },
      commit: (commits, options) => this.#commitAll(commits, options),
      answered: (tx, runId, ordinal) =>
        write(tx, (session) => this.#news.publish(session, { kind: 'answered', runId, ordinal })),
      watch: (listener: (news: RunNews) => void) => this.#news.watch(listener),
    };
  }

  async #insert(tx: StoreTransaction, run: RunRecord): Promise<readonly SliceKey[]> {
    const slices = cutRun(run);
    await write(tx, async (session) => {
      await session.rows(INSERT, [
        run.id,
        textArray(slices.map(({ slice }) => slice)),
        textArray(slices.map(({ firstOrdinal }) => firstOrdinal)),
        textArray(slices.map(({ lastOrdinal }) => lastOrdinal)),
        reportsCell(slices[0]?.taskReports ?? []),
      ]);
      await this.#news.publish(session, { kind: 'offered', runId: run.id });
    });
    return slices.map(({ runId, slice }) => ({ runId, slice }));
  }

  /** In a few trips, however many slices they are. A key that is given twice is claimed once. */
  #claim(
    keys: readonly SliceKey[],
    { leaseMs, holder, isNoOp, nowMs }: SliceClaim,
  ): Promise<readonly (ClaimedSlice | 'held' | 'gone')[]> {
    const columns = keyColumns(keys);
    return this.#database.write(async (session) => {
      const rows = await session.rows(CLAIM, [...columns, leaseMs, holder]);
      const runs = new Map<string, RunRecord | null>();
      for (const runId of new Set(rows.map(([id]) => String(id)))) {
        if (isNoOp) await session.rows(MARK_NO_OP, [runId, nowMs]);
        runs.set(runId, await getSeenRun(session, runId));
      }
      const claimed = new Map<string, ClaimedSlice>();
      for (const row of rows) {
        const one = await this.#hold(session, row, runs);
        if (one !== null) claimed.set(sliceId(one.slice), one);
      }
      const isAll = claimed.size === keys.length;
      const open = isAll ? [] : await session.rows(OPEN, columns);
      const held = new Set(open.map(([id, no]) => sliceId({ runId: String(id), slice: Number(no) })));
      return keys.map((key) => {
        const id = sliceId(key);
        const one = claimed.get(id);
        claimed.delete(id);
        return one ?? (held.has(id) ? 'held' : 'gone');
      });
    });
  }

  /** Reads what the holder of a slice that was just claimed has to know; `null`: its run was deleted meanwhile. */
  async #hold(
    session: Session,
    [id, wasInHand, runNo, workflowId, ...columns]: Row,
    runs: ReadonlyMap<string, RunRecord | null>,
  ): Promise<ClaimedSlice | null> {
    const runId = String(id);
    const slice = sliceFromRow(runId, columns);
    const run = runs.get(runId);
    if (!run) return null;
    const journal = slice.seq === 0 ? fresh() : await readSliceJournal(session, Number(runNo), slice);
    const hasRunStarted = run.startedAtMs !== null;
    const held = { runNo: Number(runNo), workflowId: String(workflowId), hasRunStarted, journal };
    this.#held.set(sliceId(slice), held);
    return { run, slice, wasInHand: Boolean(wasInHand) };
  }

  async #renew(held: readonly HeldSlice[]): Promise<readonly ('held' | 'canceling' | 'lost')[]> {
    if (held.length === 0) return [];
    const rows = await this.#database.write((session) => session.rows(RENEW, heldColumns(held)));
    const canceling = new Map(rows.map(([at, flag]) => [Number(at) - 1, Boolean(flag)]));
    return held.map((_, index) => {
      const flag = canceling.get(index);
      return flag === undefined ? 'lost' : flag ? 'canceling' : 'held';
    });
  }

  async #commitAll(commits: readonly SliceCommit[], options: CommitOptions): Promise<readonly SliceAnswer[]> {
    const made = await Promise.allSettled(commits.map((commit) => this.#commit(commit, options)));
    const failed = made.find(({ status }) => status === 'rejected');
    if (failed === undefined) return made.map((one) => (one as PromiseFulfilledResult<SliceAnswer>).value);
    // All are repeated, and none of them may be under way any more: their journals are read anew, as they are then.
    for (const { slice } of commits) this.#held.delete(sliceId(slice));
    throw (failed as PromiseRejectedResult).reason;
  }

  async #commit(commit: SliceCommit, options: CommitOptions): Promise<SliceAnswer> {
    const key = sliceId(commit.slice);
    try {
      const held = this.#held.get(key) ?? (await this.#reload(commit.slice));
      if (held === null) return { kind: 'lost' };
      const after = sliceAfter(commit.slice, commit.change, options.nowMs);
      const step = stepOf(held.journal, commit.users);
      const begins = !held.hasRunStarted && commit.slice.startedAtMs === null && after.startedAtMs !== null;
      const touchesRun = begins || after.state === 'ended';
      const answer = touchesRun
        ? await this.#commitWithRun(commit, held, after, step, options)
        : await this.#commitAlone(commit, held, after, step);
      if (answer.kind !== 'written' || answer.slice.state === 'ended') this.#held.delete(key);
      return answer;
    } catch (error) {
      // It may be written, or not: the next attempt reads the journal.
      this.#held.delete(key);
      throw error;
    }
  }

  #commitAlone(
    commit: SliceCommit,
    held: HeldJournal,
    after: SliceRecord,
    step: JournalStep,
  ): Promise<SliceAnswer> {
    return this.#database.write(async (session) =>
      (await commitSlice(session, held, commit, after, step))
        ? { kind: 'written', slice: after, before: null, after: null }
        : this.#refused(session, held, commit),
    );
  }

  /** A commit with which the slice begins or ends: its run changes with it. Locks the slice, then the run. */
  #commitWithRun(
    commit: SliceCommit,
    held: HeldJournal,
    after: SliceRecord,
    step: JournalStep,
    { aggregation, ended }: CommitOptions,
  ): Promise<SliceAnswer> {
    const { runId, slice } = commit.slice;
    const work = async (tx: PostgresTransaction): Promise<SliceAnswer> => {
      let hasEnded = false;
      const answer = await tx.run(async (session): Promise<SliceAnswer> => {
        if (!(await commitSlice(session, held, commit, after, step)))
          return this.#refused(session, held, commit);
        const row = await lockRun(session, runId);
        if (row === null)
          throw new InvariantError(`Expected run ${runId} to exist while it has slices, got none`);
        hasEnded = after.state === 'ended';
        const now = hasEnded ? runAfterSlice(row, after, aggregation) : runStarted(row, after);
        if (now === row) return { kind: 'written', slice: after, before: null, after: null };
        await putRunRow(session, now, hasEnded ? 1 : 0);
        if (isTerminal(now.processingStatus)) await this.#news.publish(session, { kind: 'ended', runId });
        if (now.processingStatus === row.processingStatus)
          return { kind: 'written', slice: after, before: null, after: null };
        const others = await movesOfOthers(session, commit.slice);
        const before = runWithSlices(row, [...others, commit.slice]);
        const own = hasEnded ? [] : [after];
        return { kind: 'written', slice: after, before, after: runWithSlices(now, [...others, ...own]) };
      });
      if (hasEnded) await ended?.(tx, [{ runId, slice }]);
      return answer;
    };
    return this.#database.transaction(this.#begin, work, 'concurrent');
  }

  /** Why a commit was not written. */
  async #refused(
    session: Session,
    { runNo }: HeldJournal,
    { slice: known }: SliceCommit,
  ): Promise<SliceAnswer> {
    const slice = await readSlice(session, runNo, known);
    if (slice?.claim !== known.claim) return { kind: 'lost' };
    if (slice.seq === known.seq + 1)
      return { kind: 'written', slice, before: null, after: await getSeenRun(session, known.runId) };
    if (slice.state === 'ended' || slice.seq !== known.seq) return { kind: 'lost' };
    return { kind: 'canceling' };
  }

  /** The journal of a slice that this process had claimed. */
  async #reload(slice: SliceRecord): Promise<HeldJournal | null> {
    const held = await this.#database.readOnce(async (session): Promise<HeldJournal | null> => {
      const sql = 'SELECT no, workflow_id FROM {s}.runs WHERE id = $1';
      const [row] = await session.rows(sql, [slice.runId]);
      if (row === undefined) return null;
      const runNo = Number(row[0]);
      const journal = await readSliceJournal(session, runNo, slice);
      return { runNo, workflowId: String(row[1]), hasRunStarted: false, journal };
    });
    if (held !== null) {
      if (this.#held.size > HELD_MAX) this.#held.clear();
      this.#held.set(sliceId(slice), held);
    }
    return held;
  }
}

/** Journals that are cached at most: more than a process holds slices. */
const HELD_MAX = 2 * LIMITS.runsParkedMax;

function write<T>(tx: StoreTransaction, work: (session: Session) => Promise<T>): Promise<T> {
  return (tx as PostgresTransaction).run(work);
}

function keyColumns(keys: readonly SliceKey[]): string[] {
  return [textArray(keys.map(({ runId }) => runId)), textArray(keys.map(({ slice }) => slice))];
}

function heldColumns(held: readonly HeldSlice[]): string[] {
  return [...keyColumns(held), textArray(held.map(({ claim }) => claim))];
}
