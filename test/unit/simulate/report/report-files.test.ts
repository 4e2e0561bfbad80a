import { describe, expect, it } from 'vitest';
import {
  calendarCsv,
  compare,
  comparisonFiles,
  comparisonReport,
  differencesCsv,
  runsCsv,
  type Scenario,
  simulate,
  simulationFiles,
  simulationReport,
} from '../../../../src/simulate.ts';
import { oneRun, SMALL } from '../scenarios.ts';

const HOSTILE = '<script>alert("x")</script> & \'more\'';

function expectSelfContained(html: string): void {
  expect(html.startsWith('<!doctype html>')).toBe(true);
  expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:|\son\w+=/i);
  expect(html).toContain('prefers-color-scheme:dark');
  expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/);
  // Every tag that is opened is closed.
  for (const tag of ['section', 'svg', 'table', 'g', 'p', 'div', 'span', 'ul', 'li', 'text', 'title'])
    expect([tag, html.split(`<${tag}>`).length + html.split(`<${tag} `).length - 2]).toEqual([
      tag,
      html.split(`</${tag}>`).length - 1,
    ]);
}

describe('the report of a simulation', () => {
  it('is one page without scripts or anything from the network', async () => {
    const html = simulationReport(await simulate(SMALL));
    expectSelfContained(html);
    for (const heading of [
      'People per day',
      'How long people wait',
      'Calls at once',
      'Planned and actual slots',
      'Failures by cause',
    ])
      expect(html).toContain(`<h2>${heading}</h2>`);
  });

  it('shows names as text, whatever they contain', async () => {
    const [entry] = SMALL.workflows;
    const result = await simulate({
      ...SMALL,
      name: HOSTILE,
      description: HOSTILE,
      workflows: [{ ...entry, key: HOSTILE }],
    });
    const html = simulationReport(result);
    expectSelfContained(html.replaceAll('&lt;script&gt;', ''));
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;more&#39;');
  });

  it('is a page too when no one was due, for an hour and for five years', async () => {
    const empty: Scenario = { ...SMALL, turnover: {}, population: { kind: 'generated', headcount: 0 } };
    expect(simulationReport(await simulate(empty, { horizon: 'PT1H' }))).toContain('No one was due');
    const long = simulationReport(
      await simulate({ ...empty, schedule: { intervalHours: 24 } }, { horizon: 'P5Y' }),
    );
    expectSelfContained(long);
    expect(long).toContain('People per week');
  });

  it('shows what each of several processes did, and nothing of the kind for one', async () => {
    const second = { task: { duration: { kind: 'fixed', ms: 1_000 } } } as const;
    const lanes = { capacity: { concurrency: 10 } };
    const html = simulationReport(await simulate(oneRun(200, second, { ...lanes, processes: 2 })));
    expectSelfContained(html);
    expect(html).toContain('<h2>Processes</h2>');
    expect(html).toContain('Each makes up to 10 calls at once.');
    expect(html).toContain('of 20 calls were under way at once');
    expect(simulationReport(await simulate(oneRun(200, second, lanes)))).not.toContain('<h2>Processes</h2>');
  });

  it('has JSON that gives the result back, and tables with a row for each run and day', async () => {
    const result = await simulate(SMALL);
    const files = simulationFiles(result);
    expect(files.map(({ suffix }) => suffix)).toEqual(['.html', '.json', '.runs.csv', '.days.csv']);
    expect(JSON.parse(files[1]?.text ?? '')).toEqual(result);
    expect(runsCsv(result.runs).trimEnd().split('\r\n')).toHaveLength(result.runs.length + 1);
    expect(calendarCsv(result).trimEnd().split('\r\n')).toHaveLength(15);
  });
});

describe('the top of a simulation report', () => {
  const busy = { kind: 'fixed', ms: 60_000 } as const;
  const badge = oneRun(60, { task: { duration: busy, concurrency: 1 } });

  it('names the bottleneck, on the page as in the result, and the shares of what people wait for', async () => {
    const result = await simulate(badge);
    const html = simulationReport(result);
    const headline = '“Task” (1 call at once): 29 min 30 s of 30 min 30 s on average (96.7 %)';
    expect(result.bottleneck?.summary).toBe(headline);
    expect(html.indexOf(headline)).toBeGreaterThan(0);
    expect(html.indexOf(headline)).toBeLessThan(html.indexOf('class="tiles"'));
    expect(html).toContain('<h2>What people wait for</h2>');
    expect(html).toContain('29 min 30 s (96.7 %)');
  });

  it('says for how long all calls at once were under way, not what share of a step that was', async () => {
    const full = simulationReport(
      await simulate(oneRun(60, { task: { duration: busy } }, { capacity: { concurrency: 2 } })),
    );
    expect(full).toContain(
      'At worst 2 of 2 calls were under way at once; the engine’s concurrency was reached for 30 min in all.',
    );
    expect(simulationReport(await simulate(badge))).toContain('the engine’s concurrency was never reached');
  });

  it('explains a head count that is more than the scenario’s', async () => {
    const result = await simulate(SMALL);
    const { peopleAtStart, startingLater } = result.totals;
    expect(peopleAtStart - startingLater).toBe(200);
    expect(startingLater).toBeGreaterThan(0);
    expect(simulationReport(result)).toContain(
      `people in the directory; ${startingLater} of the first are new hires yet to start`,
    );
  });
});

describe('the report of a comparison', () => {
  it('has each label of its outcomes on a line of its own, whatever its length', async () => {
    const [entry] = SMALL.workflows;
    const key = 'A workflow with a name that is much longer than any bar is wide';
    const named = { ...SMALL, workflows: [{ ...entry, key }] };
    const html = comparisonReport(await compare(named, named));
    expect(html).toContain(`<div class="row"><b>${key}</b><div class="side"><span>A</span>`);
  });

  it('names the bottleneck of both', async () => {
    const html = comparisonReport(await compare(SMALL, SMALL));
    for (const side of ['A', 'B']) expect(html).toContain(`Bottleneck of ${side}: The schedule: `);
  });

  it('is one page without scripts or anything from the network', async () => {
    const comparison = await compare(SMALL, { ...SMALL, tasks: {}, name: HOSTILE });
    const html = comparisonReport(comparison);
    expectSelfContained(html.replaceAll('&lt;script&gt;', ''));
    expect(html).toContain('Outcomes that differ');
    expect(comparisonFiles(comparison).map(({ suffix }) => suffix)).toEqual([
      '.html',
      '.json',
      '.people.csv',
    ]);
  });

  it('has a table whose cells no spreadsheet takes for formulas', async () => {
    const [entry] = SMALL.workflows;
    const named = (scenario: Scenario): Scenario => ({
      ...scenario,
      workflows: [{ ...entry, key: '=1+1,"x"' }],
    });
    const comparison = await compare(named(SMALL), named({ ...SMALL, tasks: {} }));
    const [, first] = differencesCsv(comparison).split('\r\n');
    expect(first?.startsWith('"\'=1+1,""x""",p')).toBe(true);
  });
});
