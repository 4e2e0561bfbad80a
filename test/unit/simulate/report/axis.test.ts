import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitting, xAxis } from '../../../../src/simulate/report/axis.ts';

/** What 12 px of a usual font take for each character, px. */
const CHARACTER_PX = 6.3;

describe('labels under a chart', () => {
  it('never overlap and never go beyond the end, on a plot of any width', () => {
    const axisLabels = fc
      .uniqueArray(fc.tuple(fc.nat(365), fc.string({ minLength: 1, maxLength: 30 })), {
        selector: ([at]) => at,
        maxLength: 60,
      })
      .map((all) => all.map(([at, text]) => ({ at, text })).sort((a, b) => a.at - b.at));
    fc.assert(
      fc.property(axisLabels, fc.integer({ min: 200, max: 1_000 }), (all, plotPx) => {
        let free = 0;
        for (const { at, text } of fitting(all, 366, plotPx)) {
          const left = (plotPx * at) / 366;
          expect(left).toBeGreaterThanOrEqual(free);
          free = left + text.length * CHARACTER_PX;
        }
        expect(free).toBeLessThanOrEqual(plotPx);
      }),
    );
  });

  it('are all there when there is room, and every n-th when there is not', () => {
    const months = ['Jan 2026', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
    const axisLabels = months.map((text, at) => ({ at: at * 30, text }));
    expect(fitting(axisLabels, 360, 830)).toEqual(axisLabels);
    expect(fitting(axisLabels, 360, 230).map(({ text }) => text)).toEqual(['Jan 2026', 'May', 'Sep']);
  });

  it('say on which widths of the page they are shown', () => {
    const html = xAxis(
      ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'].map((text, at) => ({
        at,
        text,
      })),
      8,
    );
    expect(html).toContain('<span class="s m l" style="left:0%">first</span>');
    expect(html).toContain('<span class="m l" style="left:12.5%">second</span>');
  });
});
