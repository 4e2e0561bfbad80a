import { longDay, shortDay } from '../../../simulate/report/text.ts';
import { numeral, plural } from '../../../text/numbers.ts';
import type { CalendarPage } from '../../wire.ts';
import { CsvLink } from '../actions/csv-link.tsx';
import { WorkflowName } from '../actions/workflow-actions.tsx';
import { data, useLoaded } from '../data.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Moment, ZONE } from '../parts/moment.tsx';
import { Section } from '../parts/page.tsx';
import { Sign } from '../parts/status.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { params, withParams } from '../router.ts';
import { type CalendarDay, type CalendarSlot, calendarDays, weekdayNo, weekdayOf } from '../view/calendar.ts';

/** The coming days, how many people the slots of each will take, and which would be too many. */
export function ComingDays() {
  const calendar = useLoaded<CalendarPage>(data('calendar'));
  return (
    <Section title="The coming 30 days" aside={<CsvLink path="calendar" />}>
      <Answer of={calendar}>{(page) => <Days page={page} />}</Answer>
    </Section>
  );
}

function Days({ page }: { page: CalendarPage }) {
  const days = calendarDays(page, ZONE);
  const open = days.find(({ day }) => day === params.value.get('day'));
  const held = days.flatMap(({ slots }) => slots.filter(({ quarantineReason }) => quarantineReason !== null));
  return (
    <>
      <p class="lead soft">
        From the directory as it is now: {plural(page.examinedUsersCount, 'person', 'people')}. A person whose
        dates change moves to another day.
        {page.isCut ? ' The directory was not read to its end in time, so these counts are too low.' : ''}
      </p>
      <Weeks days={days} open={open?.day} />
      {page.workflows
        .filter(({ outlook }) => outlook !== 'dates')
        .map(({ id, displayName, outlook }) => (
          <p key={id} class="soft">
            <WorkflowName id={id} name={displayName} />{' '}
            {outlook === 'changes'
              ? 'is not in it: it takes people who change, and changes are not known before they are made.'
              : 'is not in it: it is in quarantine, and takes no people until it is released.'}
          </p>
        ))}
      {held.map((slot) => (
        <div key={slot.workflowId + slot.slotDateTime} class="note held">
          <p>
            <Sign tone="held" /> <Moment at={slot.slotDateTime} />:{' '}
            <WorkflowName id={slot.workflowId} name={slot.workflow} /> would go into quarantine, and take no
            people until it is released. {slot.quarantineReason}.
          </p>
        </div>
      ))}
      {open === undefined ? null : <SlotsOfDay day={open} />}
    </>
  );
}

function Weeks({ days, open }: { days: readonly CalendarDay[]; open: string | undefined }) {
  return (
    <ol class="calendar-days" aria-label="People by day">
      {days.map((day, at) => (
        <li key={day.day} style={at === 0 ? { gridColumnStart: weekdayNo(day.day) } : undefined}>
          <Day day={day} isOpen={day.day === open} />
        </li>
      ))}
    </ol>
  );
}

function Day({ day, isOpen }: { day: CalendarDay; isOpen: boolean }) {
  const { usersCount, slots, isTooMany } = day;
  const content = (
    <>
      <span class="calendar-day">
        <span class="soft">{weekdayOf(day.day)}</span> {shortDay(day.day)}
      </span>
      {slots.length === 0 ? (
        <span class="hidden">no people</span>
      ) : (
        <span class="calendar-count">
          {numeral(usersCount)}
          <span class="hidden">{usersCount === 1 ? ' person' : ' people'}</span>
          {isTooMany ? (
            <>
              {' '}
              <Sign tone="held" />
              <span class="calendar-word"> too many</span>
            </>
          ) : null}
        </span>
      )}
    </>
  );
  const name = `calendar-cell heat-${day.heat}`;
  if (slots.length === 0) return <span class={name}>{content}</span>;
  return (
    <a class={name} href={withParams({ day: isOpen ? undefined : day.day })} aria-expanded={isOpen}>
      {content}
    </a>
  );
}

function SlotsOfDay({ day: { day, slots } }: { day: CalendarDay }) {
  return (
    <>
      <h3>
        Slots of {weekdayOf(day)} {longDay(day)}
      </h3>
      {slots.length === 0 ? (
        <Empty title="None takes people." />
      ) : (
        <Table
          label="Slots of the day"
          columns={COLUMNS}
          rows={slots}
          keyOf={({ workflowId, slotDateTime }) => workflowId + slotDateTime}
        />
      )}
    </>
  );
}

const COLUMNS: readonly Column<CalendarSlot>[] = [
  { head: 'Workflow', cell: ({ workflowId, workflow }) => <WorkflowName id={workflowId} name={workflow} /> },
  { head: 'Slot', cell: ({ slotDateTime }) => <Moment at={slotDateTime} /> },
  { head: 'People', isNumber: true, cell: ({ usersCount }) => numeral(usersCount) },
  {
    head: 'What will happen',
    cell: ({ quarantineReason }) =>
      quarantineReason === null ? (
        'a run'
      ) : (
        <>
          <Sign tone="held" /> quarantine: {quarantineReason}
        </>
      ),
  },
];
