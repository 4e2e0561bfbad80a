import { expect, it } from 'vitest';
import { parseFilter } from '../../../../src/filter/parsing/parse-filter.ts';
import { writeFilter } from '../../../../src/filter/write-filter.ts';
import { checkEntityFilter } from '../../../../src/graph/lists/filter-check.ts';
import type { EntityType } from '../../../../src/graph/schema/edm.ts';
import {
  CUSTOM_TASK_EXTENSION,
  RUN,
  SUBJECT_RESULT,
  TASK_DEFINITION,
} from '../../../../src/graph/schema/entity-types.ts';
import { makeRun, makeWorkflow, openApi } from '../../../graph/support.ts';

const read = (text: string, type: EntityType) => checkEntityFilter({ text, tree: parseFilter(text) }, type);

const TIMEOUT = 'callbackConfiguration/timeoutDuration';

it.each<[EntityType, string, string]>([
  [RUN, "processingStatus eq 'FAILED'", "processingStatus eq 'failed'"],
  [RUN, "'Completed' ne processingStatus", "'completed' ne processingStatus"],
  [RUN, "processingStatus in ('inprogress', 'failed')", "processingStatus in ('inProgress', 'failed')"],
  [RUN, "processingStatus eq 'unknownfuturevalue'", "processingStatus eq 'unknownFutureValue'"],
  [RUN, "workflowExecutionType eq n.workflowExecutionType'ondemand'", "workflowExecutionType eq 'onDemand'"],
  [RUN, 'processingStatus eq null', 'processingStatus eq null'],
  [RUN, "toupper(processingStatus) eq 'FAILED'", "toupper(processingStatus) eq 'FAILED'"],
  [RUN, "id in ('0A', null)", "id in ('0a', null)"],
  [TASK_DEFINITION, "category has 'Leaver, JOINER'", "category has 'joiner,leaver'"],
  [TASK_DEFINITION, "category eq 'leaver,joiner'", "category eq 'joiner,leaver'"],
  [TASK_DEFINITION, "parameters/any(p: p/valueType eq 'Bool')", "parameters/any(p: p/valueType eq 'bool')"],
  [SUBJECT_RESULT, "subject/id eq 'Ada'", "subject/id eq 'Ada'"],
  [RUN, 'time(startedDateTime) ge 09:30', 'time(startedDateTime) ge 09:30:00.000'],
  [CUSTOM_TASK_EXTENSION, `${TIMEOUT} gt duration'PT1H30M'`, `${TIMEOUT} gt duration'P0DT5400S'`],
  [CUSTOM_TASK_EXTENSION, `'PT5M' eq ${TIMEOUT}`, `duration'P0DT300S' eq ${TIMEOUT}`],
  [CUSTOM_TASK_EXTENSION, `${TIMEOUT} in ('P1DT1S', null)`, `${TIMEOUT} in (duration'P1DT1S', null)`],
  [CUSTOM_TASK_EXTENSION, `totalseconds(${TIMEOUT}) lt 600`, `totalseconds(${TIMEOUT}) lt 600`],
])('of %o, %s is read as %s', (type, text, wanted) => {
  expect(writeFilter(read(text, type))).toBe(wanted);
});

it.each<[EntityType, string, string]>([
  [RUN, "time(startedDateTime) eq '09:30'", 'a timeOfDay to compare a timeOfDay with, not a string'],
  [RUN, 'time(totalUsersCount) eq 09:30', 'a dateTime, not a number'],
  [RUN, 'startedDateTime eq 09:30', 'a dateTime to compare a dateTime with, not a timeOfDay'],
  [RUN, "contains(time(startedDateTime), '9')", 'a string, not a timeOfDay'],
  [RUN, "startedDateTime gt now() sub duration'P7D'", 'a number, not a dateTime'],
  [RUN, "completedDateTime sub startedDateTime gt duration'PT1H'", 'a number, not a dateTime'],
  [RUN, "totalUsersCount eq duration'PT5M'", 'a number to compare a number with, not a duration'],
  [CUSTOM_TASK_EXTENSION, `${TIMEOUT} eq 'soon'`, "a duration like 'PT5M'"],
  [CUSTOM_TASK_EXTENSION, `${TIMEOUT} eq 300`, 'a duration to compare a duration with, not a number'],
  [CUSTOM_TASK_EXTENSION, `contains(${TIMEOUT}, 'PT')`, 'a string, not a duration'],
])('%o refuses %s', (type, text, words) => {
  expect(() => read(text, type)).toThrow(words);
});

it.each<[EntityType, string, string, number]>([
  [RUN, "processingStatus eq 'failde'", 'processingStatus', 20],
  [RUN, "'' ne processingStatus", 'processingStatus', 0],
  [RUN, "workflowExecutionType in ('onDemand', 'previewing')", 'workflowExecutionType', 38],
  [RUN, "processingStatus eq 'queued,failed'", 'processingStatus', 20],
  [TASK_DEFINITION, "category has 'joiner,'", 'category', 13],
])('%o never is what %s asks for', (type, text, property, position) => {
  expect(() => read(text, type)).toThrow(
    expect.objectContaining({
      code: 'InvalidFilter',
      details: expect.objectContaining({ property, position }),
    }),
  );
});

it('previews are found by their execution type in any letter case', async () => {
  const api = await openApi();
  const id = await makeWorkflow(api);
  await makeRun(api, id, ['p1']);
  await api.engine.runs.waitFor((await api.engine.workflows.preview(id, { subjects: ['p2'] })).id);
  const asked = "$filter=workflowExecutionType eq 'PREVIEW'";
  for (const list of ['runs', 'userProcessingResults', 'subjectProcessingResults']) {
    const { body } = await api.get(`/workflows/${id}/${list}?${asked}`, {
      prefer: 'include-unknown-enum-members',
    });
    expect(body.value).toMatchObject([{ workflowExecutionType: 'preview' }]);
  }
});
