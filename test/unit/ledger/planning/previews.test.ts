import { describe, expect, it } from 'vitest';
import { filter } from '../../../../src/filter/builder.ts';
import { previewedSubjects, withoutPreviews } from '../../../../src/ledger/planning/previews.ts';
import { makeWorld, workflowInput } from '../../../helpers/world.ts';

const FAILED = filter.eq('processingStatus', 'failed');

async function world() {
  const { engine, store } = makeWorld();
  const previewed = await engine.workflows.create(workflowInput(['a']));
  const other = await engine.workflows.create(workflowInput(['a']));
  await engine.workflows.preview(previewed.id, { subjects: ['u1', 'u2'] });
  return { engine, store, previewed: previewed.id, other: other.id };
}

describe('the condition of a list of runs', () => {
  it('excludes previews where there is one', async () => {
    const { store, previewed } = await world();
    const noPreview = filter.ne('workflowExecutionType', 'preview');
    expect(await withoutPreviews(store, previewed, null)).toEqual(noPreview);
    expect(await withoutPreviews(store, null, FAILED)).toEqual(filter.and(FAILED, noPreview));
  });

  it('is the filter itself for a workflow without a preview', async () => {
    const { store, other } = await world();
    expect(await withoutPreviews(store, other, FAILED)).toBe(FAILED);
    expect(await withoutPreviews(store, other, null)).toBeNull();
  });

  it('is the filter itself when that names the execution type', async () => {
    const { store, previewed } = await world();
    const where = filter.or(FAILED, filter.eq('workflowExecutionType', 'preview'));
    expect(await withoutPreviews(store, previewed, where)).toBe(where);
  });
});

it('the previewed subjects are those of the last preview, and none without one', async () => {
  const { engine, store, previewed, other } = await world();
  expect(await previewedSubjects(store, previewed)).toEqual(['u1', 'u2']);
  await engine.workflows.preview(previewed, { subjects: ['u3'] });
  expect(await previewedSubjects(store, previewed)).toEqual(['u3']);
  expect(await previewedSubjects(store, other)).toEqual([]);
});
