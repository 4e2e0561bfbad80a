import { describe, expect, it } from 'vitest';
import { duration, numeral, percent } from '../../../src/simulate/report/text.ts';
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
} from '../../../src/simulate.ts';
import { SMALL } from './scenarios.ts';

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

  it('is a page too when nobody was due, for an hour and for five years', async () => {
    const empty: Scenario = { ...SMALL, turnover: {}, population: { kind: 'generated', headcount: 0 } };
    expect(simulationReport(await simulate(empty, { horizon: 'PT1H' }))).toContain('Nobody was due');
    const long = simulationReport(
      await simulate({ ...empty, schedule: { intervalHours: 24 } }, { horizon: 'P5Y' }),
    );
    expectSelfContained(long);
    expect(long).toContain('People per week');
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

describe('the report of a comparison', () => {
  it('is one page without scripts or anything from the network', async () => {
    const comparison = await compare(SMALL, { ...SMALL, tasks: {}, name: HOSTILE });
    const html = comparisonReport(comparison);
    expectSelfContained(html.replaceAll('&lt;script&gt;', ''));
    expect(html).toContain('Who ends differently');
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

describe('words for numbers', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_500, '1.5 s'],
    [90_000, '1 min 30 s'],
    [7_200_000, '2 h'],
    [90_061_000, '1 day 1 h'],
    [-3_600_000, '−1 h'],
  ])('%i ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('groups digits and never rounds up to all', () => {
    expect([numeral(1_234_567), numeral(-12.34), numeral(0)]).toEqual(['1,234,567', '−12.3', '0']);
    expect([percent(1, 1), percent(9_999, 10_000), percent(1, 10_000), percent(0, 5), percent(0, 0)]).toEqual(
      ['100 %', '> 99.9 %', '< 0.1 %', '0 %', '–'],
    );
  });
});
