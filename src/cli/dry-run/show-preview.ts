/** Shows what the tasks of a dry run would do: counts, kinds of changes and failures, and the first people. */
import { maskReason } from '../../rules/failures/mask.ts';
import { tableLines } from '../terminal/table.ts';
import { count, shortened } from '../terminal/text.ts';
import type { DryRun, PersonOutcome, PreviewedTask, PreviewOutcome, ProcessedPerson } from './dry-run.ts';

/** People that are listed with their changes. */
const LISTED = 10;
/** Kinds of what tasks say that are listed, the most frequent first, and people that are named for each. */
const KINDS = 12;
const NAMED = 3;
/** What tasks said that is looked at for kinds: masking takes some tens of microseconds for each. */
const MASKED_MAX = 100_000;
const ID_COLUMNS = 36;
const SAYS_COLUMNS = 120;

type Counts<Outcome extends string> = Readonly<Partial<Record<Outcome, number>>>;

/** How many people, and for each task how many of them, have which outcome. */
export interface PreviewCounts {
  readonly people: Counts<PersonOutcome | 'notPreviewed'>;
  readonly tasks: readonly { readonly position: number; readonly counts: Counts<PreviewOutcome> }[];
}

/** Counts of a preview; `null`: there is none. */
export function previewCounts({ processed, tasks }: DryRun): PreviewCounts | null {
  if (processed.every(({ preview }) => preview === undefined)) return null;
  const outcomes = processed.flatMap(({ preview = [] }) => preview);
  return {
    people: countsOf(processed.map(({ outcome = 'notPreviewed' as const }) => outcome)),
    tasks: tasks.map(({ position }) => ({
      position,
      counts: countsOf(outcomes.filter((task) => task.position === position).map(({ outcome }) => outcome)),
    })),
  };
}

function countsOf<Outcome extends string>(outcomes: readonly Outcome[]): Counts<Outcome> {
  const counts = new Map<Outcome, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return Object.fromEntries(counts) as Counts<Outcome>;
}

const OUTCOMES: Readonly<Record<PreviewOutcome | 'notPreviewed', string>> = {
  change: 'would be changed',
  already: 'as wanted already',
  fail: 'would fail',
  later: 'known only after an earlier task',
  notReached: 'not reached',
  unknown: 'without a preview',
  notPreviewed: 'not looked at: stopped before',
};

/** `3 would be changed · 5 as wanted already`. */
export function countsText(counts: Counts<PreviewOutcome | 'notPreviewed'>): string {
  return Object.entries(OUTCOMES)
    .flatMap(([outcome, text]) => {
      const people = counts[outcome as PreviewOutcome];
      return people === undefined ? [] : [`${count(people)} ${text}`];
    })
    .join(' · ');
}

/** Kinds of changes, then of failures, then the first people that would be changed. */
export function previewLines({ processed, tasks }: DryRun): string[] {
  const namesOf = new Map(tasks.map(({ position, displayName }) => [position, displayName]));
  const kinds = (outcome: PreviewOutcome) => kindLines(processed, outcome, namesOf);
  const changed = processed.filter(({ outcome }) => outcome === 'change');
  const rest = changed.length - LISTED;
  return [
    ...titled('Would be changed:', kinds('change')),
    ...titled('As wanted already:', kinds('already')),
    ...titled('Known only after an earlier task:', kinds('later')),
    ...titled('Would fail:', kinds('fail')),
    ...titled('The first people who would be changed:', changed.slice(0, LISTED).flatMap(personLines)),
    ...(rest > 0 ? [`  and ${count(rest)} more (--json and --out have all)`] : []),
  ];
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

interface Kind {
  readonly position: number;
  readonly text: string;
  people: number;
  readonly named: string[];
}

function kindLines(
  processed: readonly ProcessedPerson[],
  wanted: PreviewOutcome,
  namesOf: ReadonlyMap<number, string>,
): readonly string[] {
  const kinds = new Map<string, Kind>();
  let masked = 0;
  for (const { id, preview = [] } of processed)
    for (const { position, outcome, says } of preview) {
      if (outcome !== wanted || masked >= MASKED_MAX) continue;
      for (const said of says) {
        masked += 1;
        const text = maskReason(said, { id });
        const key = `${position} ${text}`;
        const kind = kinds.get(key) ?? { position, text, people: 0, named: [] };
        kind.people += 1;
        if (kind.named.length < NAMED) kind.named.push(shortened(id, ID_COLUMNS));
        kinds.set(key, kind);
      }
    }
  const sorted = [...kinds.values()].sort((a, b) => b.people - a.people);
  const rows = sorted
    .slice(0, KINDS)
    .map(({ position, text, people, named }) => [
      `${count(people)} ×`,
      `${position}  ${namesOf.get(position) ?? ''}`,
      shortened(text, SAYS_COLUMNS),
      named.join(', ') + (people > named.length ? ', …' : ''),
    ]);
  const more = sorted.length - rows.length;
  return [
    ...tableLines([{ head: '', align: 'right' }, { head: '' }, { head: '' }, { head: '' }], rows).map(
      (line) => `  ${line}`,
    ),
    ...(more > 0 ? [`  and ${count(more)} further kinds`] : []),
  ];
}

function personLines({ id, preview = [] }: ProcessedPerson): readonly string[] {
  const changes = preview.filter(({ outcome }) => outcome === 'change').flatMap(textsOf);
  return [`  ${shortened(id, ID_COLUMNS)}`, ...changes.map((text) => `    ${text}`)];
}

function textsOf({ position, says }: PreviewedTask): readonly string[] {
  return says.map((text) => `${position}  ${shortened(text, SAYS_COLUMNS)}`);
}
