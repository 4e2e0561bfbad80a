import { useState } from 'preact/hooks';
import type { FailureGroup, Run } from '../../../../model/resources/resources.ts';
import { numeral, plural } from '../../../../text/numbers.ts';
import { CsvLink } from '../../actions/csv-link.tsx';
import { Confirm } from '../../actions/dialog.tsx';
import { activate } from '../../actions/run-actions.tsx';
import { api, useLoaded } from '../../data.ts';
import { me } from '../../me.ts';
import { ChooseRow, ChosenBar, useChosen } from '../../parts/choosing.tsx';
import { Answer, Empty } from '../../parts/feedback.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Sign } from '../../parts/status.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { to } from '../../routes.ts';
import { isFinal } from '../../view/status.ts';

/** What failed in a run, by cause; one cause is repeated in one go when what caused it is mended. */
export function RunFailures({ run }: { run: Run }) {
  const path = `workflows/${run.workflow.id}/runs/${run.id}`;
  const groups = useLoaded<{ readonly value: readonly FailureGroup[] }>(api(`${path}/failures()`));
  const [asked, ask] = useState<readonly FailureGroup[] | null>(null);
  const chosen = useChosen<FailureGroup>();
  const canRepeat = Boolean(me.value?.can.activate) && isFinal(run.processingStatus);
  const columns: readonly Column<FailureGroup>[] = [
    ...COLUMNS,
    ...(canRepeat
      ? [{ head: 'Repair', cell: (group: FailureGroup) => <Repair group={group} ask={() => ask([group])} /> }]
      : []),
  ];
  return (
    <Answer of={groups}>
      {({ value }) =>
        value.length === 0 ? (
          <Empty title="Nothing has failed." />
        ) : (
          <>
            <div class="filters end">
              <CsvLink path={`runs/${run.id}/failures`} />
            </div>
            {canRepeat ? (
              <ChosenBar
                chosen={chosen}
                rows={new Map(value.filter(isOpen).map((group) => [group.key, group]))}
              >
                <button type="button" onClick={() => ask([...chosen.rows.values()])}>
                  Reprocess {plural(chosen.rows.size, 'cause')} …
                </button>
              </ChosenBar>
            ) : null}
            <Table
              label="Failures by cause"
              columns={columns}
              rows={value}
              keyOf={({ key }) => key}
              before={(group) =>
                canRepeat && isOpen(group) ? (
                  <ChooseRow chosen={chosen} id={group.key} row={group} label={`Select: ${group.reason}`} />
                ) : null
              }
            />
            {asked === null ? null : (
              <RepairDialog
                groups={asked}
                path={path}
                name={run.workflow.displayName}
                close={() => ask(null)}
              />
            )}
          </>
        )
      }
    </Answer>
  );
}

const COLUMNS: readonly Column<FailureGroup>[] = [
  {
    head: 'Cause',
    cell: ({ reason, code }) => (
      <span class="reason-cell">
        {reason} <code class="soft">{code}</code>
      </span>
    ),
  },
  { head: 'Task', cell: ({ task }) => task.displayName },
  { head: 'People', isNumber: true, cell: ({ usersCount }) => numeral(usersCount) },
  { head: 'Such as', isMinor: true, cell: ({ subjects }) => <People subjects={subjects} /> },
  { head: 'First', isMinor: true, cell: ({ firstDateTime }) => <Moment at={firstDateTime} /> },
  { head: 'Last', cell: ({ lastDateTime }) => <Moment at={lastDateTime} /> },
];

function People({ subjects }: { subjects: FailureGroup['subjects'] }) {
  return (
    <>
      {subjects.slice(0, 3).map(({ id }, at) => (
        <span key={id}>
          {at === 0 ? '' : ', '}
          <a href={to.person(id)}>{id}</a>
        </span>
      ))}
    </>
  );
}

/** Whether not all of its people were repaired. */
function isOpen({ usersCount, repairedUsersCount }: FailureGroup): boolean {
  return repairedUsersCount < usersCount;
}

function Repair({ group, ask }: { group: FailureGroup; ask: () => void }) {
  const { usersCount, repairedUsersCount } = group;
  if (!isOpen(group)) {
    return (
      <span class="status">
        <Sign tone="good" />
        repaired
      </span>
    );
  }
  return (
    <>
      <button type="button" onClick={ask}>
        Reprocess {plural(usersCount - repairedUsersCount, 'person', 'people')}
      </button>
      {repairedUsersCount === 0 ? null : <span class="soft"> {numeral(repairedUsersCount)} repaired</span>}
    </>
  );
}

interface DialogProps {
  readonly groups: readonly FailureGroup[];
  readonly path: string;
  readonly name: string;
  readonly close: () => void;
}

function RepairDialog({ groups, path, name, close }: DialogProps) {
  const open = groups.reduce(
    (sum, { usersCount, repairedUsersCount }) => sum + usersCount - repairedUsersCount,
    0,
  );
  // A person with two causes is in both.
  const most = groups.length > 1 ? 'at most ' : '';
  const people = `${most}${plural(open, 'person', 'people')}`;
  return (
    <Confirm
      title={`Reprocess ${people}?`}
      verb={`Reprocess ${people}`}
      act={() => activate(`${path}/reprocess`, { failureGroups: groups.map(({ key }) => key) })}
      close={close}
    >
      {groups.map(({ key, task, reason }) => (
        <p key={key}>
          Those for which “{task.displayName}” has failed with: <span class="reason-cell">{reason}</span>
        </p>
      ))}
      <p class="soft">
        Of their tasks those that they did not complete are done, in a new run with the newest version of “
        {name}”.
      </p>
    </Confirm>
  );
}
