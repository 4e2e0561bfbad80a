import { describe, expect, it } from 'vitest';
import { Warnings } from '../../../../src/cli/terminal/warnings.ts';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import type { EngineEventMap } from '../../../../src/events/event-map.ts';
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

  it('say once why tasks wait, where they wait long', () => {
    const host = testHost();
    const warnings = new Warnings(host, (write) => write());
    const wait = (failureReason: string, waitMs: number) =>
      warnings.wait({
        failureReason,
        notBeforeDateTime: new Date(host.clock.now() + waitMs).toISOString(),
      } as EngineEventMap['task.throttled']);
    wait('busy', 1_000);
    for (const waitMs of [60_000, 50_000]) wait('app answered 401\u001b[2J', waitMs);
    warnings.close();
    expect(host.stderr.text()).toBe(
      'warning: tasks wait, and are tried again for up to 60 min: app answered 401\\u001b[2J\n',
    );
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
