/** The pages in a real browser, over a real engine: what an operator does, and what the browser says to it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDashboard, type Dashboard } from '../../src/dashboard.ts';
import { bearerTokens, PERMISSIONS } from '../../src/graph.ts';
import { arrayDirectory, createEngine, type Engine } from '../../src/index.ts';
import { scheduledInput, workflowInput } from '../helpers/world.ts';
import { findChromium, listen, openBrowser, openPage, type Watched } from './browser.ts';

const program = findChromium();

/** Names as people have them, also such as would be markup. */
const PEOPLE = Array.from({ length: 60 }, (_, index) => ({
  id: `p${index + 1}`,
  department: 'Sales',
  employeeHireDate: new Date(Date.now() - 3_600_000).toISOString(),
  displayName: index === 0 ? 'Ada <b>Lovelace</b>' : `Person ${index + 1}`,
}));

describe.skipIf(program === null)('the dashboard in Chromium', () => {
  let browser: Browser;
  let engine: Engine;
  let dashboard: Dashboard;
  let server: Awaited<ReturnType<typeof listen>>;
  let root: string;
  const held = Promise.withResolvers<void>();
  const faults: unknown[] = [];
  const runs = { failed: '', active: '', workflow: '' };

  beforeAll(async () => {
    engine = await createEngine({
      directory: arrayDirectory(PEOPLE),
      tasks: {
        waits: () => held.promise,
        '*': ({ subject, task }) => {
          if (task.displayName === 'mail' && Number(subject.id.slice(1)) % 10 === 0)
            throw new Error(`The mailbox of ${subject.id} does not exist`);
          return { processingInfo: 'done <i>well</i>' };
        },
      },
    });
    await engine.start();
    dashboard = createDashboard(engine, { environment: 'test', onError: (error) => faults.push(error) });
    const off = await engine.workflows.create(
      workflowInput(['badge', 'mail'], { displayName: 'Offboard <script>alert(1)</script>' }),
    );
    const held_ = await engine.workflows.create(
      workflowInput(['waits'], { displayName: 'Wait for approval' }),
    );
    const { category, executionConditions, tasks } = scheduledInput(['badge'], {
      rule: "department eq 'Sales'",
    });
    const joiners = await engine.workflows.create({
      category,
      executionConditions,
      tasks,
      displayName: 'Joiners',
      isSchedulingEnabled: true,
    });
    await engine.workflows.addTask(joiners.id, { taskDefinitionId: 'laptop' });
    const ids = PEOPLE.map(({ id }) => id);
    const failed = await engine.runs.activate(off.id, { subjects: ids }, { by: 'ada' });
    await engine.runs.waitFor(failed.id);
    const active = await engine.runs.activate(held_.id, { subjects: ids.slice(0, 5) });
    Object.assign(runs, { failed: failed.id, active: active.id, workflow: joiners.id });
    server = await listen((request) => {
      const { pathname } = new URL(request.url);
      return pathname.startsWith('/ops') ? dashboard(request) : new Response('elsewhere', { status: 404 });
    });
    root = `${server.url}/ops/`;
    browser = await openBrowser(program ?? '');
  });

  afterAll(async () => {
    await browser?.close();
    dashboard?.close();
    await server?.close();
    held.resolve();
    await engine?.close();
    expect(faults).toEqual([]);
  });

  /** Opens a page, and expects the browser to have nothing against it when `look` is done. */
  async function at(
    path: string,
    look: (watched: Watched) => Promise<void>,
    options: Parameters<typeof openPage>[1] = {},
  ): Promise<void> {
    const watched = await openPage(browser, options);
    try {
      await watched.page.goto(root + path);
      await watched.page.getByRole('heading', { level: 1 }).waitFor();
      await look(watched);
      expect(watched.complaints).toEqual([]);
    } finally {
      await watched.close();
    }
  }

  describe.each([
    ['light', 1_280],
    ['dark', 390],
  ] as const)('in %s, %i px wide', (colorScheme, width) => {
    it.each([
      ['the overview', () => '', 'Running now'],
      ['the runs', () => '-/runs', 'Offboard'],
      ['runs of which there are none', () => '-/runs?show=quarantined', 'No run fits.'],
      ['a run', () => `-/runs/${runs.failed}?show=failed`, 'Person 10'],
      [
        'an open row',
        () => `-/runs/${runs.failed}?show=failed&open=${openRow(runs.failed)}`,
        'does not exist',
      ],
      ['failures by cause', () => `-/runs/${runs.failed}?tab=failures`, 'HandlerFailed'],
      ['the tasks of a run', () => `-/runs/${runs.failed}?tab=tasks`, 'does not exist'],
      ['the report of a run', () => `-/runs/${runs.failed}?tab=report`, 'Succeeded'],
      ['a person', () => '-/people/p10', 'does not exist'],
      ['the workflows', () => '-/workflows', 'Joiners'],
      ['a workflow', () => `-/workflows/${runs.workflow}`, 'Version 1'],
      ['the schedule', () => '-/schedule', '60 people'],
      ['what waits', () => '-/waiting', 'No task waits for a callback.'],
      ['the audit', () => '-/audit', 'Create workflow'],
      ['a run that there is not', () => '-/runs/no-such-run', 'Not found.'],
      ['no page', () => '-/nothing', 'There is nothing at this address.'],
    ])('%s obeys the policy and WCAG 2.2 AA, and is no wider than the window', async (_, path, text) => {
      const watched = await openPage(browser, { colorScheme, viewport: { width, height: 800 } });
      const { page, complaints } = watched;
      try {
        await page.goto(root + path());
        await page.getByText(text).first().waitFor();
        expect(await watched.broken()).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        // What was asked for and is not there, the browser notes itself.
        expect(complaints.filter((one) => !one.includes('404'))).toEqual([]);
      } finally {
        await watched.close();
      }
    });
  });

  it('leads from the overview to the task that failed, and back', async () => {
    await at('', async ({ page }) => {
      await page.getByRole('link', { name: 'Offboard <script>' }).first().click();
      await page.getByRole('heading', { level: 1, name: 'Offboard <script>alert(1)</script>' }).waitFor();
      await page.getByText('HandlerFailed').first().waitFor();
      await page.getByRole('link', { name: 'People' }).click();
      await page.getByRole('link', { name: 'With failures' }).click();
      await page.getByRole('link', { name: 'Person 10 p10' }).click();
      await page.getByText('The mailbox of p10 does not exist').waitFor();
      await page.goBack();
      await page.goBack();
      await page.getByText('Ada <b>Lovelace</b>').waitFor();
      await page.goBack();
      await page.getByText('HandlerFailed').first().waitFor();
      await page.goBack();
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    });
  });

  it('keeps the filter of a list in the address', async () => {
    await at('-/runs', async ({ page }) => {
      await page.getByRole('link', { name: 'With failures' }).click();
      await page.getByRole('combobox', { name: 'Kind of run' }).selectOption('onDemand');
      expect(page.url()).toBe(`${root}-/runs?show=failed&type=onDemand`);
      await page.reload();
      await page.getByRole('link', { name: 'Offboard' }).waitFor();
      expect(await page.getByRole('row').count()).toBe(2);
    });
  });

  it('goes through long lists page by page, each with an address of its own', async () => {
    await at(`-/runs/${runs.failed}`, async ({ page }) => {
      const person = (no: number) => page.getByRole('link', { name: `Person ${no} p${no}` }).waitFor();
      await person(50);
      await page.getByRole('button', { name: 'Next page' }).click();
      await person(51);
      await page.reload();
      await person(51);
      await page.getByRole('button', { name: 'First page' }).click();
      await person(50);
    });
  });

  it('shows how a run gets on without being asked, and keeps the focus', async () => {
    const gates = PEOPLE.map(() => Promise.withResolvers<void>());
    const own = await createEngine({
      directory: arrayDirectory(PEOPLE),
      tasks: { gate: ({ subject }) => gates[Number(subject.id.slice(1)) - 1]?.promise },
    });
    await own.start();
    const { id } = await own.workflows.create(workflowInput(['gate'], { displayName: 'Gate' }));
    const run = await own.runs.activate(id, { subjects: PEOPLE.map((one) => one.id) });
    const handler = createDashboard(own);
    const site = await listen(handler);
    const { page, complaints, close } = await openPage(browser);
    try {
      await page.goto(`${site.url}/-/runs/${run.id}`);
      await page.getByText('0 of 60 people').waitFor();
      const row = page.getByRole('link', { name: 'Person 3 p3' });
      await row.focus();
      for (const gate of gates.slice(0, 30)) gate.resolve();
      await page.getByText('30 of 60 people').waitFor();
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Person 3 p3');
      for (const gate of gates.slice(30)) gate.resolve();
      await page.getByText('60 of 60 people').waitFor();
      await page.getByRole('button', { name: 'Reprocess' }).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await close();
      handler.close();
      await site.close();
      await own.close();
    }
  });

  it('cancels a run after it has said what will be left undone', async () => {
    await at(`-/runs/${runs.active}`, async ({ page }) => {
      await page.getByRole('button', { name: 'Cancel the run' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('5 people are not finished').waitFor();
      await dialog.getByRole('button', { name: 'Leave it' }).click();
      expect((await engine.runs.get(runs.active)).processingStatus).toBe('inProgress');
      await page.getByRole('button', { name: 'Cancel the run' }).click();
      await dialog.getByRole('button', { name: 'Cancel the run' }).click();
      await page.getByText('canceled').first().waitFor();
      expect((await engine.runs.get(runs.active)).processingStatus).toMatch(/^cancel/);
    });
  });

  it('reprocesses those who failed, and goes to the new run', async () => {
    await at(`-/runs/${runs.failed}`, async ({ page }) => {
      await page.getByRole('button', { name: 'Reprocess', exact: true }).click();
      await page.getByRole('button', { name: 'Reprocess 6 people' }).click();
      await page.waitForURL((url) => !url.pathname.endsWith(runs.failed));
      await page.getByRole('link', { name: 'another run' }).waitFor();
      const [again] = await engine.runs.reprocessedRuns(runs.failed);
      expect(page.url()).toBe(`${root}-/runs/${again?.id}`);
    });
  });

  it('repeats one cause of failure for its people, and says when all are repaired', async () => {
    const broken = new Set(['p1', 'p2', 'p3']);
    const own = await createEngine({
      directory: arrayDirectory(PEOPLE),
      tasks: {
        badge: ({ subject }) => {
          if (subject.id === 'p9') throw new TypeError('No photo');
          if (broken.has(subject.id)) throw new Error(`The printer of ${subject.id} is on fire`);
        },
      },
    });
    await own.start();
    const { id } = await own.workflows.create(workflowInput(['badge'], { displayName: 'Badge' }));
    const run = await own.runs.activate(id, { subjects: PEOPLE.slice(0, 10).map((one) => one.id) });
    await own.runs.waitFor(run.id);
    const handler = createDashboard(own);
    const site = await listen(handler);
    const { page, complaints, close } = await openPage(browser);
    try {
      await page.goto(`${site.url}/-/runs/${run.id}?tab=failures`);
      await page.getByText('The printer of … is on fire').waitFor();
      broken.clear();
      await page.getByRole('button', { name: 'Reprocess 3 people' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Reprocess 3 people' }).click();
      await page.getByText('3 of 3 people').waitFor();
      await page.getByRole('link', { name: 'another run' }).click();
      await page.getByRole('link', { name: 'Failures by cause' }).click();
      await page.getByText('repaired', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Reprocess 1 person' }).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await close();
      handler.close();
      await site.close();
      await own.close();
    }
  });

  it('lets a browser in by a link once, out again, and in by a token', async () => {
    const token = 'the-token-of-the-operator';
    const handler = createDashboard(engine, { sessions: true, authorize: bearerTokens([token]) });
    const site = await listen(handler);
    const { page, complaints, broken, close } = await openPage(browser);
    try {
      await page.goto(`${site.url}/#code=${handler.signInCode()}`);
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      expect(page.url()).toBe(`${site.url}/`);
      expect(await page.evaluate('document.cookie')).toBe('');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      expect(await broken()).toEqual([]);
      await page.getByLabel('Token').fill('a wrong token of some length');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('It is wrong, or was used already.').waitFor();
      await page.getByLabel('Token').fill(token);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      expect(complaints.filter((one) => !one.includes('401'))).toEqual([]);
    } finally {
      await close();
      handler.close();
      await site.close();
    }
  });

  it('offers those who may only look nothing that changes anything', async () => {
    const reader = { id: 'reader', permissions: [PERMISSIONS.readAll] } as const;
    const handler = createDashboard(engine, { authorize: () => reader });
    const site = await listen(handler);
    const { page, close } = await openPage(browser);
    try {
      for (const [path, text] of [
        [`-/runs/${runs.failed}`, 'Person 2'],
        [`-/workflows/${runs.workflow}`, 'Version 1'],
        ['-/schedule', 'Coming slots'],
      ] as const) {
        await page.goto(`${site.url}/${path}`);
        await page.getByText(text).first().waitFor();
        const names = await page.getByRole('button').allInnerTexts();
        expect(
          names.filter((name) => !/^(?:Copy as curl|Keys|Find|First page|Next page)/.test(name)),
        ).toEqual([]);
      }
    } finally {
      await close();
      handler.close();
      await site.close();
    }
  });

  it('pauses the runs of a workflow, and lets them go on', async () => {
    await at(`-/workflows/${runs.workflow}`, async ({ page }) => {
      await page.getByRole('button', { name: 'Pause its runs' }).click();
      await page.getByText('no further task starts').waitFor();
      expect((await engine.workflows.get(runs.workflow)).runsPausedDateTime).toBeDefined();
      await page.getByRole('button', { name: 'Resume its runs' }).click();
      await page.getByRole('button', { name: 'Pause its runs' }).waitFor();
    });
  });

  it('says why a person was left out, condition by condition', async () => {
    await at('-/people/p99', async ({ page }) => {
      await page.getByText('The directory does not know this id').waitFor();
      await page.getByRole('combobox', { name: 'By the schedule of' }).selectOption({ label: 'Joiners' });
      await page.getByText('does not take this person').waitFor();
      await page.getByText('Directory (not met)').waitFor();
    });
  });

  it('runs a workflow for the people who are named, and says first how many they are', async () => {
    await at(`-/workflows/${runs.workflow}`, async ({ page }) => {
      await page.getByRole('button', { name: 'Run on demand' }).click();
      await page.getByRole('textbox').last().fill('p1, p2\np3 p1');
      await page.getByRole('button', { name: 'Run for 3 people' }).click();
      await page.waitForURL(/runs/);
      await page.getByText('3 of 3 people').waitFor();
    });
  });

  it('turns a schedule off and on', async () => {
    await at('-/schedule', async ({ page }) => {
      await page.getByRole('button', { name: 'Stop the schedule' }).click();
      await page.getByRole('button', { name: 'Start the schedule' }).waitFor();
      expect((await engine.workflows.get(runs.workflow)).isSchedulingEnabled).toBe(false);
      await page.getByRole('button', { name: 'Start the schedule' }).click();
      await page.getByRole('button', { name: 'Stop the schedule' }).waitFor();
    });
  });

  it('reprocesses one person from their open row', async () => {
    await at(`-/runs/${runs.failed}?show=failed&open=${openRow(runs.failed)}`, async ({ page }) => {
      await page.getByRole('button', { name: 'Reprocess this person' }).click();
      await page.getByRole('button', { name: 'Reprocess 1 person' }).click();
      await page.getByText('1 of 1 person').waitFor();
    });
  });

  it('can be used by keys alone', async () => {
    await at('', async ({ page }) => {
      await page.keyboard.press('g');
      await page.keyboard.press('r');
      await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
      await page.getByRole('row').nth(1).waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('k');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: /Offboard|Wait|Joiners/ }).waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('/');
      await page.keyboard.type(runs.failed);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${root}-/runs/${runs.failed}`);
    });
  });

  it('is light or dark as the reader chooses, and remembers it', async () => {
    await at('', async ({ page }) => {
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(await background()).toBe('rgb(246, 247, 249)');
      await page.getByRole('combobox', { name: 'Colours' }).selectOption('dark');
      expect(await background()).toBe('rgb(15, 20, 26)');
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await background()).toBe('rgb(15, 20, 26)');
    });
  });

  it('asks once for what two tabs see', async () => {
    const { page, close } = await openPage(browser);
    const streams: string[] = [];
    page.context().on('request', (request) => {
      if (request.url().endsWith('/events')) streams.push(request.url());
    });
    try {
      await page.goto(root);
      await page.getByText('Live:').waitFor();
      const second = await page.context().newPage();
      await second.goto(`${root}-/runs`);
      await second.getByText('Live:').waitFor();
      expect(streams).toHaveLength(1);
    } finally {
      await close();
    }
  });
});

/** The result of the tenth person, which has failed. */
function openRow(runId: string): string {
  return `${runId.slice(0, 18)}-8000-00000000000a`;
}
