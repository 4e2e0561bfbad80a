import type { RunRecord, TaskOutcome, UserRecord } from '../../model/records.ts';
import { EXECUTION_TYPES, PROCESSING_STATUSES } from '../../model/status.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { NOTES } from './dump.ts';
import type { NaiveTransaction } from './naive-transaction.ts';
import type { Choices } from './random.ts';
import {
  completed,
  ended,
  failed,
  inFlight,
  insertRunWith,
  runId,
  runRecord,
  subjectId,
  T0,
  userRecord,
  workflowId,
  workflowRecord,
} from './records.ts';

/** How many workflows, runs and users a run the operations play with: few, so that they meet often. */
export const SIZES = { workflows: 3, runs: 6, users: 10 } as const;

/** One write, which a store and the naive store are both given. */
export interface Operation {
  readonly name: string;
  apply(tx: StoreTransaction): Promise<void>;
}

type Maker = (choices: Choices, state: NaiveTransaction) => Operation | null;

/** A write that makes sense in this state; one in some is to be refused. */
export function randomOperation(choices: Choices, state: NaiveTransaction): Operation {
  for (;;) {
    const [weightless] = choices.shuffled(WEIGHTED);
    const operation = weightless?.(choices, state) ?? null;
    if (operation) return operation;
  }
}

const putWorkflow: Maker = (choices, state) => {
  const n = choices.int(0, SIZES.workflows - 1);
  const newest = state.workflows.get(workflowId(n))?.workflow.version ?? 0;
  const version = newest === 0 ? 1 : newest + choices.int(0, newest < 2 ? 1 : 0);
  const displayName = `Name ${choices.int(0, 99)}`;
  const record = workflowRecord(n, { version, displayName }, choices.chance(0.5) ? T0 : null);
  return { name: `putWorkflow ${n} version ${version}`, apply: (tx) => tx.putWorkflow(record) };
};

const deleteWorkflow: Maker = (choices) => {
  const n = choices.int(0, SIZES.workflows - 1);
  return choices.chance(0.2)
    ? { name: `deleteWorkflow ${n}`, apply: (tx) => tx.deleteWorkflow(workflowId(n)) }
    : null;
};

const insertRun: Maker = (choices, state) => {
  const [ofWorkflow] = choices.shuffled([...state.workflows.keys()]);
  if (ofWorkflow === undefined) return null;
  const n = choices.int(0, SIZES.runs - 1);
  if (state.runs.has(runId(n)) && choices.chance(0.9)) return null;
  const run = runRecord(n, {
    ...randomRun(choices),
    workflowId: ofWorkflow,
    slotAtMs: choices.chance(0.5) ? null : T0 + choices.int(0, 9),
    published: choices.chance(0.8),
  });
  const users = choices.some(nos(), choices.int(0, 5)).map((no) => userRecord(n, no, { totalTasksCount: 4 }));
  return { name: `insertRun ${n} with ${users.length} users`, apply: (tx) => insertRunWith(tx, run, users) };
};

function randomRun(choices: Choices): Partial<RunRecord> {
  return {
    processingStatus: choices.pick(PROCESSING_STATUSES),
    workflowExecutionType: choices.pick(EXECUTION_TYPES),
    scheduledAtMs: T0 + choices.int(0, 3) * 1_000,
    startedAtMs: choices.chance(0.5) ? null : T0 + choices.int(0, 3) * 1_000,
    completedAtMs: choices.chance(0.5) ? null : T0 + choices.int(0, 3) * 1_000,
    lastUpdatedAtMs: T0 + choices.int(0, 5),
    totalUsersCount: choices.int(0, 3),
    totalTasksCount: choices.int(0, 3),
    failedTasksCount: choices.int(0, 3),
    taskReports: [{ successfulUsersCount: choices.int(0, 3), failedUsersCount: 0, totalUsersCount: 3 }],
    claim: choices.int(0, 3),
    inHand: choices.chance(0.5),
    isNoOp: choices.chance(0.5),
    workflowDisplayName: choices.pick(['', 'Onboard']),
    createdBy: choices.pick([null, 'ada']),
    activatedOnScope: choices.chance(0.8)
      ? null
      : { '@odata.type': '#microsoft.graph.identityGovernance.activateUserScope' },
  };
}

const putRun: Maker = (choices, state) => {
  const [run] = choices.shuffled([...state.runs.values()]);
  if (!run) return null;
  if (choices.chance(0.02)) {
    const missing = { ...run, id: runId(SIZES.runs) };
    return { name: 'putRun of none', apply: (tx) => tx.putRun(missing) };
  }
  const changed = { ...run, ...randomRun(choices), published: run.published || choices.chance(0.5) };
  return { name: `putRun ${run.id}`, apply: (tx) => tx.putRun(changed) };
};

const deleteRun: Maker = (choices) => {
  const n = choices.int(0, SIZES.runs - 1);
  return { name: `deleteRun ${n}`, apply: (tx) => tx.deleteRun(runId(n)) };
};

const insertUsers: Maker = (choices, state) => {
  const n = choices.int(0, SIZES.runs - 1);
  if (!state.runs.has(runId(n))) return null;
  const isFree = (no: number) => !state.users.has(JSON.stringify([runId(n), no]));
  const candidates = choices.chance(0.9) ? nos().filter(isFree) : nos();
  const chosen = choices.some(candidates, choices.int(1, 4));
  if (chosen.length === 0) return null;
  const positions = choices.chance(0.2) ? { positions: [2, 3, 5, choices.int(6, 9)] } : {};
  const users = chosen.map((no) =>
    userRecord(n, no, { totalTasksCount: 4, scheduledAtMs: T0 + choices.int(0, 2), ...positions }),
  );
  return { name: `insertUsers ${n}: ${chosen}`, apply: (tx) => tx.insertUsers(users) };
};

const putUsers: Maker = (choices, state) => {
  const [run] = choices.shuffled([...state.runs.values()]);
  const users = [...state.users.values()].filter(
    (user) => user.runId === run?.id && user.completedAtMs === null,
  );
  const moved = choices.some(users, choices.int(1, 6)).map((user) => movedUser(choices, user));
  if (!run || moved.length === 0) return null;
  if (choices.chance(0.02)) moved.push({ ...(moved[0] as UserRecord), no: 99, subjectId: subjectId(99) });
  const name = moved.map((user) => `${user.no} ${user.processingStatus} ${user.outcomes?.length}`).join(', ');
  return { name: `putUsers ${run.id}: ${name}`, apply: (tx) => tx.putUsers(moved) };
};

/** The user one step on: started, one outcome or attempt more, or ended. */
function movedUser(choices: Choices, user: UserRecord): UserRecord {
  const startedAtMs = user.startedAtMs ?? T0 + choices.int(0, 3);
  const outcomes = user.outcomes ?? [];
  if (user.processingStatus === 'queued') {
    return choices.chance(0.1) ? ended(user, 'canceled', T0 + 50) : inFlight(user, startedAtMs);
  }
  if (choices.chance(0.2))
    return ended(user, choices.pick(['failed', 'canceled', 'completedWithErrors']), T0 + 60);
  if (outcomes.length === user.totalTasksCount) return ended(user, 'completed', T0 + choices.int(60, 63));
  if (choices.chance(0.3)) {
    const attempts = { failures: choices.int(0, 3), interruptions: choices.int(0, 3), notBeforeMs: T0 };
    return inFlight(user, startedAtMs, outcomes, attempts);
  }
  const next: TaskOutcome = choices.chance(0.3) ? failed(T0, `“${choices.int(0, 99)}”`) : completed(T0);
  return inFlight(user, startedAtMs, [...outcomes, next]);
}

const admissions: Maker = (choices, state) => {
  const [id] = choices.shuffled([...state.workflows.keys()]);
  if (id === undefined) return null;
  const subjects = choices.some(nos(), choices.int(1, 4)).map(subjectId);
  const dueAtMs = T0 + choices.int(0, 9);
  const run = runId(choices.int(0, 1));
  switch (choices.int(0, 3)) {
    case 0:
      return { name: `deleteAdmissions ${subjects}`, apply: (tx) => tx.deleteAdmissions(id, run, subjects) };
    case 1:
      return { name: `purgeAdmissions ${dueAtMs - T0}`, apply: (tx) => tx.purgeAdmissions(id, dueAtMs) };
    default: {
      const put = subjects.map((subject) => ({ workflowId: id, subjectId: subject, dueAtMs, runId: run }));
      return { name: `putAdmissions ${subjects}`, apply: (tx) => tx.putAdmissions(put) };
    }
  }
};

const notes: Maker = (choices) => {
  const keys = choices.some(['a/1', 'a/2', 'a/3', 'b/1', 'b', 'ä'], choices.int(1, 4));
  switch (choices.int(0, 3)) {
    case 0:
      return { name: `deleteNotes ${keys}`, apply: (tx) => tx.deleteNotes(NOTES, keys) };
    case 1: {
      const prefix = choices.pick(['a/', 'b']);
      return { name: `purgeNotes ${prefix}`, apply: (tx) => tx.purgeNotes(NOTES, prefix) };
    }
    default: {
      const put = keys.map((key) => ({ collection: NOTES, key, body: `${choices.int(0, 9)}` }));
      return { name: `putNotes ${keys}`, apply: (tx) => tx.putNotes(put) };
    }
  }
};

const putSetting: Maker = (choices) => {
  const [name, value] = [choices.pick(['job', 'other']), `value ${choices.int(0, 9)}`];
  return { name: `putSetting ${name}`, apply: (tx) => tx.putSetting(name, value) };
};

/** Each as often as it is to be drawn. */
const WEIGHTED: readonly Maker[] = [
  putWorkflow,
  putWorkflow,
  deleteWorkflow,
  insertRun,
  insertRun,
  putRun,
  putRun,
  deleteRun,
  insertUsers,
  insertUsers,
  ...Array<Maker>(8).fill(putUsers),
  admissions,
  admissions,
  notes,
  putSetting,
];

function nos(): number[] {
  return Array.from({ length: SIZES.users }, (_, index) => index + 1);
}
