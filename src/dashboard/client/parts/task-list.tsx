import type { TaskProcessingResult } from '../../../model/resources/resources.ts';
import { Moment, Took } from './moment.tsx';
import { Status } from './status.tsx';

/** The tasks of one person, in their order, with what each had to say. */
export function TaskList({ tasks }: { tasks: readonly TaskProcessingResult[] }) {
  return (
    <ol class="task-list">
      {tasks.map((task) => (
        <TaskLine key={task.id} task={task} />
      ))}
    </ol>
  );
}

function TaskLine({ task }: { task: TaskProcessingResult }) {
  const {
    processingStatus,
    startedDateTime,
    completedDateTime,
    failureReason,
    processingInfo,
    changes,
    code,
  } = task;
  return (
    <li>
      <span class="task-name">{task.task.displayName}</span>
      <Status value={processingStatus} />
      <span class="soft">
        {startedDateTime === null ? null : <Moment at={startedDateTime} />}
        {startedDateTime === null || completedDateTime === null ? null : ', '}
        {completedDateTime === null ? null : <Took from={startedDateTime} until={completedDateTime} />}
      </span>
      {failureReason === null ? null : (
        <p class="reason bad-text">
          {failureReason} <code>{code}</code>
        </p>
      )}
      {processingInfo === null ? null : <p class="reason soft">{processingInfo}</p>}
      {changes?.length ? <p class="reason">Changed: {changes.join('; ')}</p> : null}
    </li>
  );
}
