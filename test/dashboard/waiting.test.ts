/** The page of tasks that wait for a callback, in a real browser. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { arrayDirectory, createEngine, type Engine } from '../../src/index.ts';
import { workflowInput } from '../helpers/world.ts';
import { LOOKS, openSite, PROGRAM, type Site } from './site.ts';

const PEOPLE = [
  { id: 'p1', displayName: 'Ada <b>Lovelace</b>' },
  { id: 'p2', displayName: 'Grace Hopper' },
  { id: 'p3' },
];

describe.skipIf(PROGRAM === null)('the page of waiting callbacks', () => {
  let engine: Engine;
  let site: Site;
  let runId: string;

  beforeAll(async () => {
    engine = await createEngine({
      directory: arrayDirectory(PEOPLE),
      tasks: { after: () => {} },
      callout: { post: async () => ({ status: 202, body: '' }), secret: () => 'secret' },
    });
    await engine.start();
    const extension = await engine.customTaskExtensions.create({
      displayName: 'Badge office',
      endpointConfiguration: { targetUrl: 'https://hooks.example/run' },
      callbackConfiguration: { timeoutDuration: 'PT1H' },
    });
    const calls = {
      id: 'runCustomTaskExtension',
      arguments: [{ name: 'customTaskExtensionID', value: extension.id }],
    };
    const workflow = await engine.workflows.create(
      workflowInput([calls, 'after'], { displayName: 'Hand out badges' }),
    );
    const run = await engine.runs.activate(workflow.id, { subjects: PEOPLE.map(({ id }) => id) });
    runId = run.id;
    await vi.waitFor(
      async () => expect((await engine.taskProcessingResults.listWaiting()).value).toHaveLength(3),
      { timeout: 10_000 },
    );
    site = await openSite(engine);
  });

  afterAll(async () => {
    await site?.close();
    await engine?.close();
  });

  it.each(LOOKS)('obeys the policy and WCAG 2.2 AA in %s, %i px wide', async (scheme, width) => {
    await site.expectSound('-/waiting', 'Grace Hopper', scheme, width);
  });

  it('has all that is on it as CSV', async () => {
    await site.at('-/waiting', async ({ page }) => {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'CSV' }).click();
      expect((await download).suggestedFilename()).toBe('waiting.csv');
    });
  });

  it('answers as success or as failure, after it has asked, and then has one less', async () => {
    await site.at('-/waiting', async ({ page, broken }) => {
      await page.getByRole('button', { name: 'Answer for p1' }).click();
      const dialog = page.getByRole('dialog', { name: 'Answer for Ada <b>Lovelace</b>?' });
      await dialog.getByRole('button', { name: 'Leave it' }).click();
      expect((await engine.taskProcessingResults.listWaiting()).value).toHaveLength(3);
      await page.getByRole('button', { name: 'Answer for p1' }).click();
      expect(await broken()).toEqual([]);
      await dialog.getByRole('button', { name: 'Resume as success' }).click();
      await page.getByRole('link', { name: 'Ada' }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Answer for p2' }).click();
      await page.getByRole('radio', { name: 'Failure' }).check();
      await page.getByRole('button', { name: 'Resume as failure' }).click();
      await page.getByRole('link', { name: 'Grace' }).waitFor({ state: 'detached' });
      const { value } = await engine.userProcessingResults.list(runId);
      expect(value.map(({ processingStatus }) => processingStatus)).toEqual([
        'completed',
        'failed',
        'inProgress',
      ]);
      await page.getByRole('button', { name: 'Answer for p3' }).click();
      await page.getByRole('button', { name: 'Resume as success' }).click();
      await page.getByText('No task waits for a callback.').waitFor();
    });
  });

  it.each(LOOKS)('says so when no task waits, in %s, %i px wide', async (scheme, width) => {
    await site.expectSound('-/waiting?none', 'No task waits for a callback.', scheme, width);
  });
});
