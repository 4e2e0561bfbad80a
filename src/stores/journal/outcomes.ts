/**
 * Outcomes as compact text: one array each, `[letter, gapMs, durationMs, reason?, info?, code?, group?, changes?]`; what is absent at
 * the end is left out, before it is null. `gapMs` counts
 * from the end of the outcome before (from the user's creation for the first), `durationMs` from the start;
 * an outcome without a start has a null gap and counts its end from there. Exact while two moments of a user
 * are less than 285,000 years apart. Small numbers are what makes a
 * commit cheap: a third of the bytes, and V8 keeps their texts.
 */
import type { Attempts, TaskOutcome } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import { DamagedRow } from './damaged-row.ts';

const LETTERS = { completed: 'c', failed: 'f', canceled: 'x' } as const satisfies Record<
  TaskOutcome['status'],
  string
>;
const STATUSES: Readonly<Record<string, TaskOutcome['status']>> = {
  c: 'completed',
  f: 'failed',
  x: 'canceled',
};

/** An outcome as it is packed. */
export type PackedOutcome = readonly [
  letter: string,
  gapMs: number | null,
  durationMs: number,
  reason?: string | null,
  info?: string | null,
  code?: string | null,
  group?: string | null,
  changes?: readonly string[],
];

/** The inside of the array of one outcome: `"c",0,12`. */
export function packOutcome(outcome: TaskOutcome, sinceMs: EpochMs): string {
  const { status, startedAtMs, completedAtMs } = outcome;
  const head = `"${LETTERS[status]}",`;
  const times =
    startedAtMs === null
      ? `null,${completedAtMs - sinceMs}`
      : `${startedAtMs - sinceMs},${completedAtMs - startedAtMs}`;
  return head + times + packDetails(outcome);
}

/** What most outcomes have none of. */
function packDetails({ failureReason, processingInfo, code, group, changes }: TaskOutcome): string {
  if (changes !== undefined) return packed([failureReason, processingInfo, code, group, changes]);
  if (group !== undefined) return packed([failureReason, processingInfo, code, group]);
  if (code !== undefined) return packed([failureReason, processingInfo, code]);
  if (processingInfo !== undefined) return packed([failureReason, processingInfo]);
  return failureReason === undefined ? '' : packed([failureReason]);
}

function packed(details: readonly unknown[]): string {
  return `,${JSON.stringify(details).slice(1, -1)}`;
}

/** All outcomes of a user that was created at `createdAtMs`, as JSON text. */
export function packOutcomes(outcomes: readonly TaskOutcome[], createdAtMs: EpochMs): string {
  let text = '';
  let sinceMs = createdAtMs;
  for (const outcome of outcomes) {
    text += `${text === '' ? '[[' : '],['}${packOutcome(outcome, sinceMs)}`;
    sinceMs = outcome.completedAtMs;
  }
  return text === '' ? '[]' : `${text}]]`;
}

/** The outcome that {@link packOutcome} packed. */
export function unpackOutcome(packed: PackedOutcome, sinceMs: EpochMs): TaskOutcome {
  const [letter, gapMs, durationMs, reason, info, code, group, changes] = packed;
  const status = STATUSES[letter];
  if (status === undefined) throw new DamagedRow(`an outcome \`${letter}\``);
  const startedAtMs = gapMs === null ? null : sinceMs + gapMs;
  return {
    status,
    startedAtMs,
    completedAtMs: (startedAtMs ?? sinceMs) + durationMs,
    ...(typeof reason === 'string' ? { failureReason: reason } : {}),
    ...(typeof info === 'string' ? { processingInfo: info } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof group === 'string' ? { group } : {}),
    ...(changes === undefined ? {} : { changes }),
  };
}

/** The outcomes that {@link packOutcomes} packed. */
export function unpackOutcomes(
  packed: readonly PackedOutcome[],
  createdAtMs: EpochMs,
): readonly TaskOutcome[] {
  let sinceMs = createdAtMs;
  return packed.map((one) => {
    const outcome = unpackOutcome(one, sinceMs);
    sinceMs = outcome.completedAtMs;
    return outcome;
  });
}

/** `[failures, interruptions, notBeforeMs]`, or the text `null`. */
export function packAttempts(attempts: Attempts | null): string {
  return attempts === null
    ? 'null'
    : `[${attempts.failures},${attempts.interruptions},${attempts.notBeforeMs}]`;
}

/** The bookkeeping that {@link packAttempts} packed. */
export function unpackAttempts(packed: readonly [number, number, number] | null): Attempts | null {
  return packed && { failures: packed[0], interruptions: packed[1], notBeforeMs: packed[2] };
}
