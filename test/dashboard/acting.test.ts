/** Acting on many people at once, in a real browser: by a rule, and by selected rows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrayDirectory, createEngine, type Engine } from '../../src/index.ts';
import { workflowInput } from '../helpers/world.ts';
import { LOOKS, openSite, PROGRAM, picture, type Site } from './site.ts';

const PEOPLE = Array.from({ length: 60 }, (_, no) => ({
  id: `p${no + 1}`,
  displayName: `Person ${no + 1}`,
  department: no % 3 === 0 ? 'IT' : 'Sales',
}));

describe.skipIf(PROGRAM === null)('acting on many people, in Chromium', () => {
  let engine: Engine;
  let site: Site;
  let workflowId: string;
  let runId: string;

  beforeAll(async () => {
    engine = await createEngine({
      directory: arrayDirectory(PEOPLE),
      tasks: {
        mail: ({ subject }) => {
          if (Number(subject.id.slice(1)) % 5 === 0) throw new Error('The mailbox does not exist');
        },
        badge: ({ subject }) => {
          if (Number(subject.id.slice(1)) % 15 === 0) throw new Error('The printer is on fire');
        },
      },
    });
    await engine.start();
    const tasks = [{ id: 'mail', continueOnError: true }, 'badge'];
    ({ id: workflowId } = await engine.workflows.create(workflowInput(tasks, { displayName: 'Welcome' })));
    ({ id: runId } = await engine.runs.activate(workflowId, { subjects: PEOPLE.map(({ id }) => id) }));
    await engine.runs.waitFor(runId);
    site = await openSite(engine);
  });

  afterAll(async () => {
    await site?.close();
    await engine?.close();
  });

  it('a person is found by name, and by id at once', async () => {
    const [scheme, width] = LOOKS[1];
    const look = { colorScheme: scheme, viewport: { width, height: 800 } };
    await site.at(
      '-/workflows',
      async ({ page, broken }) => {
        const box = page.getByRole('searchbox');
        await box.fill('person 5');
        await box.press('Enter');
        const table = page.getByRole('table', { name: 'People' });
        await table.getByRole('link', { name: 'Person 58' }).waitFor();
        expect(await table.getByRole('row').count()).toBe(12);
        expect(await broken()).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await picture(page, 'people', scheme, width);
        await box.fill('p7');
        await box.press('Enter');
        await page.getByRole('heading', { level: 1, name: 'Person 7' }).waitFor();
        await box.fill('nobody-at-all');
        await box.press('Enter');
        await page.getByText('The directory has no such person').waitFor();
      },
      look,
    );
  });

  it('a rule says how many people it selects before it is run', async () => {
    await site.at(`-/workflows/${workflowId}`, async ({ page, broken }) => {
      await page.getByRole('button', { name: 'Run on demand' }).click();
      await page.getByRole('radio', { name: 'All that a rule selects' }).check();
      const text = page.getByRole('textbox').last();
      await text.fill("departmant eq 'IT'");
      await page.getByRole('button', { name: 'Count the people' }).click();
      await page.getByText('department may be meant').waitFor();
      expect(await page.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true);
      await text.fill("department eq 'IT'");
      await page.getByRole('button', { name: 'Count the people' }).click();
      await page.getByText('p1, p4, p7, p10, p13 and 15 more').waitFor();
      expect(await broken()).toEqual([]);
      await picture(page, 'run-by-rule', 'light', 1_280);
      await page.getByRole('button', { name: 'Run for 20 people' }).click();
      await page.getByText('20 of 20 people').waitFor();
    });
  });

  it.each(LOOKS)(
    'selected people are reprocessed in one run, by keys, in %s, %i px wide',
    async (scheme, width) => {
      const look = { colorScheme: scheme, viewport: { width, height: 800 } };
      await site.at(
        `-/runs/${runId}?show=failed`,
        async ({ page, broken }) => {
          await page.getByRole('checkbox', { name: 'Select all 12 of this page' }).waitFor();
          for (const key of ['j', 'x', 'j', 'j', 'x']) await page.keyboard.press(key);
          expect(await page.getByRole('checkbox', { name: 'Select p5', exact: true }).isChecked()).toBe(true);
          expect(await page.getByRole('checkbox', { name: 'Select p15', exact: true }).isChecked()).toBe(
            true,
          );
          await page.getByText('2 selected').waitFor();
          expect(await broken()).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
          await picture(page, 'selected-people', scheme, width);
          await page.getByRole('checkbox', { name: 'Select all 12 of this page' }).check();
          await page.getByText('12 selected').waitFor();
          await page.getByRole('checkbox', { name: 'Select p10', exact: true }).uncheck();
          await page.getByRole('button', { name: 'Reprocess 11 people …' }).click();
          await page.getByRole('button', { name: 'Reprocess 11 people', exact: true }).click();
          await page.getByText('11 of 11 people').waitFor();
        },
        look,
      );
    },
  );

  it('selected causes are reprocessed in one run', async () => {
    await site.at(`-/runs/${runId}?tab=failures`, async ({ page, broken }) => {
      await page.getByRole('checkbox', { name: 'Select all 2 of this page' }).check();
      expect(await broken()).toEqual([]);
      await picture(page, 'selected-causes', 'light', 1_280);
      await page.getByRole('button', { name: 'Reprocess 2 causes …' }).click();
      await page.getByText('The printer is on fire').last().waitFor();
      await page.getByRole('button', { name: 'Reprocess at most 16 people' }).click();
      await page.getByText('12 of 12 people').waitFor();
    });
  });
});
