/** Recounts a simulation from its trace alone, independently of the metrics. */

/** What {@link recount} finds. */
export interface Recount {
  readonly runs: Record<string, number>;
  readonly users: Record<string, number>;
  readonly completed: number;
  readonly failed: number;
  readonly notRun: number;
  readonly reasons: Record<string, number>;
  /** From trigger (or schedule) to end, of users that ended and were not canceled. */
  readonly latencies: readonly number[];
  readonly directory: Record<string, number>;
  readonly slots: number;
  readonly retries: number;
}

interface User {
  status: string;
  total: number;
  readonly outcomes: string[];
  due: number;
  endMs: number;
}

const LINE = /^(\S+) (\S+) (.*)$/;
const USER =
  /^(\d+\.\d+) (\w+) (\d+)\/(\d+)(?: (completed|failed|canceled) (\S+) (\d+)(?: ("(?:[^"\\]|\\.)*"))?)?(?: retry (\d+) until \d+)?$/;

/** Reads the lines of a trace. */
export function recount(lines: readonly string[]): Recount {
  const runs = new Map<string, { status: string; tasks: number; scheduled: number }>();
  const users = new Map<string, User>();
  const result = { completed: 0, failed: 0, notRun: 0, retries: 0, slots: 0 };
  const reasons: Record<string, number> = {};
  const directory: Record<string, number> = {};
  for (const line of lines) {
    const [, , kind = '', rest = ''] = LINE.exec(line) ?? [];
    const words = rest.split(' ');
    if (['entered', 'moved', 'leaving', 'removed'].includes(kind))
      directory[kind] = (directory[kind] ?? 0) + 1;
    if (kind === 'slot') result.slots += 1;
    if (kind === 'run') readRun(words, runs);
    if (kind === 'user') {
      if (words[2] === 'queued') {
        const due = words[4] === '-' ? Number.NaN : Number(words[4]);
        users.set(words[0] as string, { status: 'queued', total: 0, outcomes: [], due, endMs: 0 });
      } else {
        const [, id = '', status = '', done, total, outcome, , end, reason, retry] = USER.exec(rest) ?? [];
        const user = users.get(id) as User;
        user.status = status;
        user.total = Number(total);
        if (retry !== undefined) result.retries += 1;
        if (outcome !== undefined && user.outcomes.length < Number(done)) {
          user.outcomes.push(outcome);
          user.endMs = Number(end);
          const text = reason === undefined ? null : (JSON.parse(reason) as string);
          if (outcome === 'failed' && text !== null) reasons[text] = (reasons[text] ?? 0) + 1;
        }
      }
    }
  }
  const final = ['completed', 'completedWithErrors', 'failed', 'canceled'];
  const userCounts: Record<string, number> = {};
  const latencies: number[] = [];
  for (const [id, user] of users) {
    const run = runs.get(id.split('.')[0] as string);
    const isFinal = final.includes(user.status);
    const status = isFinal ? user.status : 'unfinished';
    userCounts[status] = (userCounts[status] ?? 0) + 1;
    const of = (outcome: string): number => user.outcomes.filter((one) => one === outcome).length;
    result.completed += of('completed');
    result.failed += of('failed');
    result.notRun += (run?.tasks ?? 0) - of('completed') - of('failed');
    if (isFinal && user.status !== 'canceled')
      latencies.push(user.endMs - (Number.isNaN(user.due) ? (run?.scheduled ?? 0) : user.due));
  }
  const runCounts: Record<string, number> = {};
  for (const { status } of runs.values()) {
    const counted = final.includes(status) ? status : 'unfinished';
    runCounts[counted] = (runCounts[counted] ?? 0) + 1;
  }
  return { ...result, reasons, directory, latencies, runs: runCounts, users: userCounts };
}

/** `R W TYPE MOMENT users N tasks N ID`, or `R STATUS users … tasks …`. */
function readRun(
  words: readonly string[],
  runs: Map<string, { status: string; tasks: number; scheduled: number }>,
): void {
  const [no = '', second = ''] = words;
  const known = runs.get(no);
  if (known) known.status = second;
  else
    runs.set(no, {
      status: 'queued',
      scheduled: Number(words[3]),
      tasks: Number(words[7]) / Number(words[5]),
    });
}
