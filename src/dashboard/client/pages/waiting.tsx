import type { WaitingCall } from '../../../model/resources/resources.ts';
import type { WaitingList } from '../../wire.ts';
import { ActionButton } from '../actions/action-button.tsx';
import { CopyCurl } from '../actions/copy.tsx';
import { api, data, useLoaded } from '../data.ts';
import { me } from '../me.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Ago, Moment } from '../parts/moment.tsx';
import { Page } from '../parts/page.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { to } from '../routes.ts';

/** Who waits for the answer of another system, since when, and until when. */
export function WaitingPage() {
  const address = data('waiting');
  const waiting = useLoaded<WaitingList>(address);
  const columns: readonly Column<WaitingCall>[] = me.value?.can.change
    ? [...COLUMNS, { head: 'Answer for it', cell: (call) => <Answers call={call} /> }]
    : COLUMNS;
  return (
    <Page title="Waiting for callbacks" actions={<CopyCurl address={address} />}>
      <Answer of={waiting}>
        {({ value }) =>
          value.length === 0 ? (
            <Empty title="No task waits.">
              Tasks of custom task extensions wait here until the other system answers, or until their
              deadline.
            </Empty>
          ) : (
            <Table
              label="Waiting tasks"
              columns={columns}
              rows={value}
              keyOf={({ taskResult }) => taskResult.id}
            />
          )
        }
      </Answer>
    </Page>
  );
}

const COLUMNS: readonly Column<WaitingCall>[] = [
  {
    head: 'Person',
    cell: ({ taskResult }) => <a href={to.person(taskResult.subject.id)}>{taskResult.subject.id}</a>,
  },
  { head: 'Task', cell: ({ taskResult }) => taskResult.task.displayName },
  { head: 'Run', cell: ({ run }) => <a href={to.run(run.id)}>{run.workflow.displayName}</a> },
  { head: 'Since', cell: ({ launchedDateTime }) => <Moment at={launchedDateTime} /> },
  {
    head: 'Until',
    cell: ({ deadlineDateTime: at }) => (
      <>
        <Moment at={at} />{' '}
        <span class="soft">
          (<Ago at={at} />)
        </span>
      </>
    ),
  },
];

/** In place of the other system, when it has answered by other ways. */
function Answers({ call: { run, taskResult } }: { call: WaitingCall }) {
  const address = api(
    `workflows/${run.workflow.id}/runs/${run.id}/taskProcessingResults/${taskResult.id}/resume`,
  );
  const bodyOf = (operationStatus: 'Completed' | 'Failed') => ({
    data: {
      '@odata.type': '#microsoft.graph.identityGovernance.customTaskExtensionCallbackData',
      operationStatus,
    },
    source: 'tenure.dashboard',
    type: 'lifecycleEvent',
  });
  return (
    <span class="buttons-inline">
      <ActionButton
        label="Completed"
        method="POST"
        address={address}
        body={bodyOf('Completed')}
        done="The task is completed."
      />
      <ActionButton
        label="Failed"
        method="POST"
        address={address}
        body={bodyOf('Failed')}
        done="The task has failed."
      />
    </span>
  );
}
