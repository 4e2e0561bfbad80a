/** The pages of what will happen, in a real browser. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrayDirectory, createEngine, type Engine } from '../../src/index.ts';
import { scheduledInput } from '../helpers/world.ts';
import { LOOKS, openSite, PROGRAM, picture, type Site } from './site.ts';

const DAY_MS = 86_400_000;
/** Hired over the coming days, a few each day and many on the tenth. */
const PEOPLE = Array.from({ length: 120 }, (_, no) => ({
  id: `p${no + 1}`,
  displayName: `Person ${no + 1}`,
  department: 'Sales',
  city: no < 32 ? 'Rome' : 'Oslo',
  employeeHireDate: new Date(Date.now() + (no < 60 ? (no % 25) + 1 : 10) * DAY_MS).toISOString(),
}));

describe.skipIf(PROGRAM === null)('the pages of what will happen', () => {
  let engine: Engine;
  let site: Site;
  let workflowId: string;

  beforeAll(async () => {
    engine = await createEngine({
      directory: arrayDirectory(PEOPLE),
      tasks: {
        '*': {
          run: () => {},
          preview: ({ subject }) => ({ changes: [`add to group sales`, `mail ${subject.displayName}`] }),
        },
      },
    });
    await engine.start();
    const bounded = {
      settings: { quarantineConfiguration: { matchMode: 'any', conditions: [{ threshold: 50 }] } },
    } as never;
    await engine.workflows.create(
      scheduledInput(['badge'], { displayName: 'First day', ...(bounded as object) }),
    );
    const before = await engine.workflows.create(
      scheduledInput(['mail'], { displayName: 'A day before', offsetInDays: -2 }),
    );
    workflowId = before.id;
    site = await openSite(engine);
  });

  afterAll(async () => {
    await site?.close();
    await engine?.close();
  });

  describe.each(LOOKS)('in %s, %i px wide', (scheme, width) => {
    it('the calendar obeys the policy and WCAG 2.2 AA', async () => {
      await site.expectSound('-/schedule', 'From the directory as it is now: 120 people', scheme, width);
    });
  });

  it('the calendar says which slot would be too many, and leads to the slots of a day', async () => {
    await site.at('-/schedule', async ({ page, broken }) => {
      await page.getByText('would go into quarantine, and take no people until it is released').waitFor();
      await page.getByRole('link', { name: 'too many' }).click();
      await page.getByRole('heading', { name: 'Slots of' }).waitFor();
      const table = page.getByRole('table', { name: 'Slots of the day' });
      await table.getByText('where at most 50 may be processed at once').waitFor();
      expect(new URL(page.url()).searchParams.get('day')).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(await broken()).toEqual([]);
      await page.getByRole('link', { name: 'too many' }).click();
      await table.waitFor({ state: 'detached' });
    });
  });

  it.each(LOOKS)('a workflow with a schedule offers a dry run, in %s, %i px wide', async (scheme, width) => {
    await site.expectSound(`-/workflows/${workflowId}`, 'Dry run', scheme, width);
  });

  it('a dry run says first for how many people, and leads to what each task would do', async () => {
    await site.at(`-/workflows/${workflowId}`, async ({ page, broken }) => {
      await page.getByRole('button', { name: 'Dry run' }).click();
      const { usersCount } = await engine.workflows.wouldQuarantine(workflowId);
      expect(usersCount).toBeGreaterThan(0);
      await page.getByText(`The next slot would take ${usersCount} people`).waitFor();
      expect(await broken()).toEqual([]);
      await page.getByRole('button', { name: `Dry run for ${usersCount} people` }).click();
      await page.getByText('dry run: nothing was changed').waitFor();
      const effects = page.getByRole('table', { name: 'What it would do' });
      await effects.getByRole('row', { name: `mail completed add to group sales ${usersCount}` }).waitFor();
      await effects.getByRole('row', { name: `mail completed mail … ${usersCount}` }).waitFor();
      await picture(page, 'dry-run', 'light', 1_280);
      await page.getByText(`${usersCount} of ${usersCount} people`).first().waitFor();
      await page.goto(`${page.url()}?tab=tasks&show=completed`);
      await page.getByText('add to group sales').last().waitFor();
      expect(await broken()).toEqual([]);
    });
  });

  it('the versions of a workflow say who falls in or out of scope', async () => {
    const { category, displayName, tasks } = await engine.workflows.get(workflowId);
    const { executionConditions } = scheduledInput(['mail'], { rule: "city eq 'Rome'", offsetInDays: -2 });
    await engine.workflows.createNewVersion(workflowId, {
      category,
      displayName,
      tasks,
      executionConditions,
    });
    await site.at(`-/workflows/${workflowId}`, async ({ page, broken }) => {
      await page.getByRole('button', { name: 'Who falls in or out of scope' }).click();
      await page.getByText('88 people fall out').waitFor();
      await page.getByText('0 people fall in').waitFor();
      await page.getByText('32 people are in scope of version 2').waitFor();
      expect(await broken()).toEqual([]);
      await picture(page, 'scope', 'light', 1_280);
    });
  });
});
