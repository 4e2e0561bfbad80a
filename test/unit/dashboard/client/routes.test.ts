import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routeOf, to } from '../../../../src/dashboard/client/routes.ts';

describe('the routes', () => {
  it('find the page of a path', () => {
    expect(routeOf('')).toEqual({ page: 'overview' });
    expect(routeOf('-/runs')).toEqual({ page: 'runs' });
    expect(routeOf('-/runs/')).toEqual({ page: 'runs' });
    expect(routeOf('-/workflows/w1')).toEqual({ page: 'workflow', id: 'w1' });
  });

  it.each(['-', '-/', '-/nothing', '-/audit/1', '-/runs/a/b', 'runs', '-/runs/%E0%A4%A', '-/constructor'])(
    'find none for %s',
    (path) => expect(routeOf(path)).toEqual({ page: 'none' }),
  );

  it('are found again by the address that links have, whatever the id', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
        const { pathname } = new URL(to.person(id), 'http://host/ops/');
        const found = routeOf(pathname.slice('/ops/'.length));
        // A browser takes `.` and `..` for steps of a path, however they are encoded; no person has such an id.
        if (id !== '.' && id !== '..') expect(found).toEqual({ page: 'person', id });
      }),
    );
  });

  it('have parameters where there are some', () => {
    expect(to.runs({ show: 'failed', type: undefined })).toBe('-/runs?show=failed');
    expect(to.runs()).toBe('-/runs');
  });
});
