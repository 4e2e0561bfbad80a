import type { Run } from '../../../model/resources/resources.ts';
import { numeral } from '../../../text/numbers.ts';
import type { EffectGroup, Effects } from '../../wire.ts';
import { data, useLoaded } from '../data.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Section } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { type Column, Table } from '../parts/table.tsx';

/** What the tasks of a dry run would do, counted. */
export function DryRunEffects({ run }: { run: Run }) {
  const effects = useLoaded<Effects>(data(`runs/${run.id}/effects`));
  return (
    <Section title="What it would do">
      <Answer of={effects}>
        {({ value, isCut }) => (
          <>
            {value.length === 0 ? (
              <Empty title="No task has said anything yet." />
            ) : (
              <Table label="What it would do" columns={COLUMNS} rows={value} keyOf={({ key }) => key} />
            )}
            {isCut ? (
              <p class="soft">
                These are the most frequent ones, of the first 20,000 task results. The CSV of the tab Tasks
                has all.
              </p>
            ) : null}
          </>
        )}
      </Answer>
    </Section>
  );
}

const COLUMNS: readonly Column<EffectGroup>[] = [
  { head: 'Task', cell: ({ task }) => task },
  { head: 'Result', cell: ({ status }) => <Status value={status} /> },
  { head: 'What it said', cell: ({ text }) => text },
  { head: 'Times', isNumber: true, cell: ({ count }) => numeral(count) },
];
