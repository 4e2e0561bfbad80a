import { describe, expect, it } from 'vitest';
import { sizingReport } from '../../../../src/simulate/report/sizing-report.ts';
import { SIZING, setting } from '../sizing/sample.ts';

describe('the report of a sizing', () => {
  it('has a chart for each goal with its limit, cut off far above it, and no script', () => {
    const html = sizingReport(SIZING);
    expect(html).toContain('<h1>Intake &lt;1&gt;: how much is enough?</h1>');
    expect(html.match(/class="limit"/g)).toHaveLength(4); // a line and its legend, for each goal
    expect(html).toContain('Higher columns are cut off.');
    expect(html.match(/<rect class="slot-good"/g)).toHaveLength(5);
    expect(html.match(/<rect class="ring"/g)).toHaveLength(2);
    expect(sizingReport(JSON.parse(JSON.stringify(SIZING)))).toBe(html);
    expect(html).not.toContain('<script');
    expect(html).not.toContain('NaN');
    expect(html).toContain('What binds it: the lanes');
  });

  it('shows the nearest where no setting meets the goal', () => {
    const nearest = setting(16, 40);
    const html = sizingReport({ ...SIZING, answer: null, nearest, frontier: [nearest], oneLess: [] });
    expect(html).toContain('What binds the nearest setting: the lanes');
    expect(html).toContain('No setting meets');
    expect(html).not.toContain('One step less');
  });
});
