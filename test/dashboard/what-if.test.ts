/** Comparing two versions of a workflow, in a real browser. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrayDirectory, createEngine, type Engine } from '../../src/index.ts';
import { compareVersions } from '../../src/simulate.ts';
import { scheduledInput } from '../helpers/world.ts';
import { LOOKS, openSite, PROGRAM, picture, type Site } from './site.ts';

const DAY_MS = 86_400_000;
const PEOPLE = Array.from({ length: 60 }, (_, no) => ({
  id: `p${no + 1}`,
  department: no % 3 === 0 ? 'IT' : 'Sales',
  employeeHireDate: new Date(Date.now() + ((no % 20) + 0.6) * DAY_MS).toISOString(),
}));

describe.skipIf(PROGRAM === null)('what if, in Chromium', () => {
  let engine: Engine;
  let site: Site;
  let path: string;
  const stops: AbortSignal[] = [];

  beforeAll(async () => {
    engine = await createEngine({ directory: arrayDirectory(PEOPLE), tasks: { '*': () => {} } });
    const { workflows } = engine;
    const made = await workflows.create(scheduledInput(['mail', 'badge'], { displayName: 'First day' }));
    await workflows.createNewVersion(made.id, {
      executionConditions: scheduledInput(['mail'], { rule: "department in ('Sales','IT')" })
        .executionConditions,
      tasks: [{ taskDefinitionId: 'mail' }],
    });
    path = `-/workflows/${made.id}`;
    site = await openSite(engine, {
      compareVersions: (on, id, options) => {
        const { signal, onProgress, days } = options;
        if (days !== 365) return compareVersions(on, id, options);
        onProgress?.(0.4);
        return new Promise((_, reject) => {
          if (signal) stops.push(signal);
          signal?.addEventListener('abort', () => reject(signal.reason));
        });
      },
    });
  });

  afterAll(async () => {
    await site?.close();
    await engine?.close();
  });

  it.each(LOOKS)(
    'two versions are compared, and what is assumed is said, in %s, %i px wide',
    async (scheme, width) => {
      const look = { colorScheme: scheme, viewport: { width, height: 800 } };
      await site.at(
        path,
        async ({ page, broken }) => {
          await page.getByRole('button', { name: 'Compare' }).click();
          const figures = page.getByRole('table', { name: 'Comparison' });
          await figures.getByRole('row', { name: /People processed.* 40.* 60/ }).waitFor({ timeout: 60_000 });
          await figures.getByRole('row', { name: /Tasks completed.* 80.* 60/ }).waitFor();
          await page.getByText('assumed, since too little was measured here').first().waitFor();
          expect(await broken()).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
          await picture(page, 'what-if', scheme, width);
          const [report] = await Promise.all([
            page.context().waitForEvent('page'),
            page.getByRole('link', { name: 'Open the report' }).click(),
          ]);
          await report.getByRole('heading', { name: 'What if?' }).waitFor();
          await report.getByRole('heading', { name: 'Assumptions' }).waitFor();
          await picture(report, 'what-if-report', scheme, width);
        },
        look,
      );
    },
  );

  it('a comparison ends when it is canceled, or its page is left', async () => {
    await site.at(path, async ({ page }) => {
      await page.getByRole('combobox', { name: 'for days' }).selectOption('365');
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByRole('progressbar', { name: 'The comparison' }).waitFor();
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await page.getByRole('button', { name: 'Compare' }).waitFor();
      await expect.poll(() => stops[0]?.aborted, { timeout: 20_000 }).toBe(true);
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByRole('progressbar', { name: 'The comparison' }).waitFor();
      await page.getByRole('link', { name: 'Workflows' }).first().click();
      await page.getByRole('heading', { level: 1, name: 'Workflows' }).waitFor();
      await expect.poll(() => stops[1]?.aborted, { timeout: 20_000 }).toBe(true);
    });
  });
});
