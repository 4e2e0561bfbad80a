import { expect, it } from 'vitest';
import { writeFilter } from '../../../src/filter/index.ts';
import { type EntityType, RUN, SUBJECT_RESULT, TASK_DEFINITION } from '../../../src/graph/entity-types.ts';
import { parseEntityFilter } from '../../../src/graph/filter-check.ts';
import { makeRun, makeWorkflow, openApi } from '../../graph/support.ts';

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
])('of %o, %s is read as %s', (type, text, read) => {
  expect(writeFilter(parseEntityFilter(text, type))).toBe(read);
});

it.each<[EntityType, string, string, number]>([
  [RUN, "processingStatus eq 'failde'", 'processingStatus', 20],
  [RUN, "'' ne processingStatus", 'processingStatus', 0],
  [RUN, "workflowExecutionType in ('onDemand', 'previewing')", 'workflowExecutionType', 38],
  [RUN, "processingStatus eq 'queued,failed'", 'processingStatus', 20],
  [TASK_DEFINITION, "category has 'joiner,'", 'category', 13],
])('%o never is what %s asks for', (type, text, property, position) => {
  expect(() => parseEntityFilter(text, type)).toThrow(
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
  await api.engine.runs.finished((await api.engine.workflows.previewWorkflow(id, { subjects: ['p2'] })).id);
  const asked = "$filter=workflowExecutionType eq 'PREVIEW'";
  for (const list of ['runs', 'userProcessingResults', 'subjectProcessingResults']) {
    const { body } = await api.get(`/workflows/${id}/${list}?${asked}`, {
      prefer: 'include-unknown-enum-members',
    });
    expect(body.value).toMatchObject([{ workflowExecutionType: 'preview' }]);
  }
});
