/** How the command line shows what was done for a person. */
import { LIMITS } from '../../../model/limits.ts';
import type { SubjectHistoryEntry, TaskProcessingResult } from '../../../model/resources/resources.ts';
import { statusText } from '../../terminal/report.ts';
import type { Style } from '../../terminal/style.ts';
import { tableLines } from '../../terminal/table.ts';
import { moment, oneLine, shortened, shortId } from '../../terminal/text.ts';

const NAME_COLUMNS = 40;
const COLUMNS = [{ head: '' }, { head: '' }, { head: '' }, { head: '' }] as const;

/** The lines of what a run did for a person. */
export function historyLines({ run, result, tasks }: SubjectHistoryEntry, style: Style): readonly string[] {
  const facts = [
    style.bold(shortened(run.workflow.displayName, LIMITS.displayNameLengthMax)),
    `version ${result.workflowVersion}`,
    `run ${shortId(run.id)}`,
    run.workflowExecutionType,
    statusText(result.processingStatus, style),
  ];
  const at = moment(result.startedDateTime ?? result.scheduledDateTime);
  const details = tasks.map(detailsOf);
  const rows = tasks.map((task, index) => [
    statusText(task.processingStatus, style),
    shortened(task.task.displayName, NAME_COLUMNS),
    moment(task.completedDateTime),
    details[index]?.[0] ?? '',
  ]);
  const lines = tableLines(COLUMNS, rows).flatMap((line, index) => [
    `  ${line}`,
    ...(details[index] ?? []).slice(1).map((detail) => `      ${detail}`),
  ]);
  return [`${at}  ${facts.join(' · ')}`, ...lines];
}

/** Why it failed, what it said, and what it has changed. */
function detailsOf({
  failureReason,
  code,
  processingInfo,
  changes,
}: TaskProcessingResult): readonly string[] {
  const failure = [code, failureReason].filter((text) => text !== null).join(': ');
  return [
    ...(failure === '' ? [] : [oneLine(failure)]),
    ...(processingInfo === null ? [] : [oneLine(processingInfo)]),
    ...changes.map((change) => `changed: ${oneLine(change)}`),
  ];
}
