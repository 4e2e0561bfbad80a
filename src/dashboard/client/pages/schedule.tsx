import { plural } from '../../../text/numbers.ts';
import type { Forecast, WorkflowBrief, WorkflowList } from '../../wire.ts';
import { QuarantineNote, ScheduleSwitch, WorkflowName, WorkflowState } from '../actions/workflow-actions.tsx';
import { data, useLoaded } from '../data.ts';
import { ComingDays } from '../forecast/calendar.tsx';
import { me } from '../me.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Ago, Moment } from '../parts/moment.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Sign } from '../parts/status.tsx';
import { type Column, Table } from '../parts/table.tsx';

/** What comes next: the slots, how many people each will take, and what is held. */
export function SchedulePage() {
  const workflows = useLoaded<WorkflowList>(data('workflows'));
  return (
    <Page title="Schedule">
      <Answer of={workflows}>{({ value }) => <Lists workflows={value} />}</Answer>
    </Page>
  );
}

function Lists({ workflows }: { workflows: readonly WorkflowBrief[] }) {
  const scheduled = workflows
    .filter(({ nextScheduleRunDateTime: next }) => next !== null)
    .sort((a, b) => String(a.nextScheduleRunDateTime).localeCompare(String(b.nextScheduleRunDateTime)));
  const others = workflows.filter(({ nextScheduleRunDateTime: next }) => next === null);
  return (
    <>
      {workflows.map((workflow) => (
        <QuarantineNote key={workflow.id} workflow={workflow} />
      ))}
      <Section title="Coming slots">
        {scheduled.length === 0 ? (
          <Empty title="No workflow is scheduled.">
            A workflow is scheduled when it has a trigger and its schedule is on.
          </Empty>
        ) : (
          <Table label="Coming slots" columns={SCHEDULED} rows={scheduled} keyOf={({ id }) => id} />
        )}
      </Section>
      {scheduled.length > 0 && me.value?.can.reports ? <ComingDays /> : null}
      {others.length === 0 ? null : (
        <Section title="Without a schedule">
          <Table label="Workflows without a schedule" columns={OTHERS} rows={others} keyOf={({ id }) => id} />
        </Section>
      )}
    </>
  );
}

function NameCell({ id, displayName }: WorkflowBrief) {
  return <WorkflowName id={id} name={displayName} />;
}

const SCHEDULED: readonly Column<WorkflowBrief>[] = [
  { head: 'Workflow', cell: NameCell },
  { head: 'Next slot', cell: ({ nextScheduleRunDateTime }) => <Moment at={nextScheduleRunDateTime} /> },
  {
    head: 'That is',
    isMinor: true,
    cell: ({ nextScheduleRunDateTime: next }) => (next === null ? '–' : <Ago at={next} />),
  },
  { head: 'Will take', cell: ({ id }) => (me.value?.can.reports ? <WillTake id={id} /> : '–') },
  { head: 'State', cell: (workflow) => <WorkflowState workflow={workflow} /> },
  { head: 'Change', cell: (workflow) => <ScheduleSwitch workflow={workflow} /> },
];

const OTHERS: readonly Column<WorkflowBrief>[] = [
  { head: 'Workflow', cell: NameCell },
  { head: 'State', cell: (workflow) => <WorkflowState workflow={workflow} /> },
  { head: 'Change', cell: (workflow) => <ScheduleSwitch workflow={workflow} /> },
];

/** How many people the next slot takes, by the directory as it is now, and whether that is too many. */
function WillTake({ id }: { id: string }) {
  const { body, error } = useLoaded<Forecast>(data(`forecasts/${id}`));
  if (body === null) return <span class="soft">{error === null ? '…' : error.message}</span>;
  if (body.quarantineReason === null) return <>{plural(body.usersCount, 'person', 'people')}</>;
  return (
    <span title={body.quarantineReason}>
      <Sign tone="held" /> {plural(body.usersCount, 'person', 'people')}: would go into quarantine
    </span>
  );
}
