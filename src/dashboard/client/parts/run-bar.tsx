import type { Run } from '../../../model/resources/resources.ts';
import { numeral, plural } from '../../../text/numbers.ts';
import { peopleParts } from '../view/run-progress.ts';

/** The people of a run as one bar: succeeded, failed, and those left. */
export function RunBar({ run, isLarge = false }: { run: Run; isLarge?: boolean }) {
  const parts = peopleParts(run);
  const [good, bad, left] = parts.map(({ count, word }) => `${numeral(count)} ${word}`);
  const label = `${plural(run.totalUsersCount, 'person', 'people')}: ${good}, ${bad}, ${left}`;
  return (
    <span class={isLarge ? 'bar large' : 'bar'} title={label}>
      <span class="hidden">{label}</span>
      {parts.map(({ kind, count, percent }) =>
        count === 0 ? null : <i key={kind} class={kind} style={{ width: `${percent}%` }} />,
      )}
    </span>
  );
}
