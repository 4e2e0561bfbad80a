import { describe, expect, it } from 'vitest';
import { Warnings } from '../../../../src/cli/terminal/warnings.ts';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import { testHost } from '../support.ts';

describe('warnings of the engine', () => {
  it('are shown once per kind, and counted at the end', () => {
    const host = testHost();
    const warnings = new Warnings(host, (write) => write());
    const full = new LifecycleError('StoreFull', 'Expected x.db to have room to grow, got: disk full');
    for (let times = 0; times < 3; times++) warnings.add({ error: full, during: 'committing' });
    warnings.add({ error: 'odd', during: 'runningLane' });
    expect(host.stderr.text()).toBe(
      'warning: commit: Expected x.db to have room to grow, got: disk full\nwarning: a lane: odd\n',
    );
    warnings.close();
    expect(host.stderr.text().split('\n').slice(2)).toEqual([
      'warning: 3 times: commit: Expected x.db to have room to grow, got: disk full',
      '',
    ]);
  });

  it('are bounded: kinds beyond a number are counted together', () => {
    const host = testHost();
    const warnings = new Warnings(host, (write) => write());
    for (let kind = 0; kind < 60; kind++) warnings.add({ error: `no ${kind}`, during: 'committing' });
    warnings.close();
    const lines = host.stderr.text().trimEnd().split('\n');
    expect(lines).toHaveLength(52);
    expect(lines.slice(-2)).toEqual(['warning: other failures', 'warning: 10 times: other failures']);
  });
});
