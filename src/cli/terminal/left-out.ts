/** How the command line reports the users that a selection left out. */
import { columnText } from '../../directory/files/mapping.ts';
import { leftOutSentences } from '../../engine/selection.ts';
import type { LeftOutReason, Selection, UnreadableSelection } from '../../model/selection.ts';
import { count } from './text.ts';

/** Warnings, one per line, each with its remedy. */
export function leftOutWarnings(selection: UnreadableSelection): readonly string[] {
  const unread = selection.leftOut
    .filter(({ reason }) => reason !== 'noDate')
    .map(({ expected }) => expected);
  return [
    ...leftOutSentences(selection),
    ...(unread.includes('dateTime') ? [DATES_REMEDY] : []),
    ...(unread.includes('boolean') ? ['Booleans must be true or false, in any letter case'] : []),
    ...selection.missingAttributes.flatMap(({ names: [name = ''], usedBy, suggestion }) => {
      if (suggestion === null) return [];
      const map = `--map ${name}=${columnText(suggestion)}`;
      return [
        usedBy === 'trigger'
          ? `If that is the one: ${map}`
          : `If that is the one: use it in the rule, or ${map}`,
      ];
    }),
  ];
}

const DATES_REMEDY =
  'Dates are read as 2026-01-31 and 2026-01-31T09:00:00Z; name other formats: --dates dd/MM/yyyy, --dates excel';

/** Rows of a run's table. */
export function selectionFacts({
  inScopeCount,
  leftOutCounts,
}: Selection): readonly (readonly [string, string])[] {
  const reasons = (Object.keys(REASONS) as LeftOutReason[]).filter((reason) => leftOutCounts[reason] > 0);
  const texts = reasons.map((reason) => `${count(leftOutCounts[reason])} ${REASONS[reason]}`);
  return [
    ['in scope', count(inScopeCount)],
    ...(texts.length === 0 ? [] : [['left out', texts.join(' · ')] as const]),
  ];
}

/** In order of importance. */
const REASONS: Readonly<Record<LeftOutReason, string>> = {
  unreadableDate: 'with a date that cannot be read',
  unreadableScope: 'with a value that the scope rule cannot read',
  noDate: 'without a date',
  alreadyTaken: 'in an earlier scheduled run',
  inAnotherRun: 'in another run',
  notDue: 'not due',
};
