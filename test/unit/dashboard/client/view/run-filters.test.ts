import { describe, expect, it } from 'vitest';
import { isFiltered, RUN_CHOICES, runQuery } from '../../../../../src/dashboard/client/view/run-filters.ts';
import { PROCESSING_STATUSES } from '../../../../../src/model/status.ts';

const NOW = Date.parse('2026-11-29T15:04:05Z');
const asked = (search: string) =>
  JSON.parse(JSON.stringify(runQuery(new URLSearchParams(search), NOW))) as Record<string, string>;

describe('the filter of the list of runs', () => {
  it('is empty for an address without parameters', () => {
    expect(asked('')).toEqual({});
    expect(isFiltered(new URLSearchParams('after=x'))).toBe(false);
  });

  it('has statuses, kind, workflow and time', () => {
    expect(asked('show=failed&type=onDemand&workflow=w&days=7&after=t')).toEqual({
      status: 'failed,completedWithErrors',
      type: 'onDemand',
      workflow: 'w',
      from: '2026-11-22T15:00:00.000Z',
      after: 't',
    });
    expect(isFiltered(new URLSearchParams('show=failed'))).toBe(true);
  });

  it('can be one day', () => {
    expect(asked('day=2026-11-30')).toEqual({ from: '2026-11-30', to: '2026-12-01T00:00:00.000Z' });
  });

  it('leaves out what is not a choice', () => {
    expect(asked('show=everything&days=3')).toEqual({});
  });

  it('offers each status', () => {
    const offered = RUN_CHOICES.flatMap(({ status }) => status.split(','));
    expect(PROCESSING_STATUSES.filter((status) => !offered.includes(status))).toEqual([]);
  });
});
