import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mountedAt } from '../../../src/dashboard/mount.ts';

describe('mountedAt', () => {
  it('finds what stands in front of the dashboard', () => {
    expect(mountedAt('/ops/-/runs/42', null)).toEqual({ prefix: '/ops', path: 'runs/42', base: '../../' });
    expect(mountedAt('/-/runs', null)).toEqual({ prefix: '', path: 'runs', base: '../' });
    expect(mountedAt('/ops/', null)).toEqual({ prefix: '/ops', path: '', base: './' });
  });

  it('tells the overview without a slash at its end, from where relative links would lead elsewhere', () => {
    expect(mountedAt('/ops', null).path).toBeNull();
  });

  it('takes a mark of the prefix for none when the prefix is known', () => {
    expect(mountedAt('/group/-/tools/-/runs', '/group/-/tools')).toMatchObject({
      prefix: '/group/-/tools',
      path: 'runs',
    });
  });

  it('leads from every page to the root by its base, also where a proxy has put something in front', () => {
    const segment = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const prefix = fc.array(segment, { maxLength: 4 }).map((parts) => parts.map((one) => `/${one}`).join(''));
    const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(prefix, prefix, path, (proxy, mount, below) => {
        const { base, path: found } = mountedAt(`${mount}/-/${below}`, null);
        expect(found).toBe(below);
        const shown = new URL(`http://host${proxy}${mount}/-/${below}`);
        expect(new URL(base, shown).pathname).toBe(`${proxy}${mount}/`);
      }),
    );
  });
});
