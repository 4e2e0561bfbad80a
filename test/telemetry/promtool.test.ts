/** What Prometheus' own checker says of a scrape; needs `promtool`, of Debian's package `prometheus`. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { idsOf, makeWorld, workflowInput } from '../helpers/world.ts';

const PROMTOOL = process.env.PROMTOOL ?? 'promtool';
const isThere = spawnSync(PROMTOOL, ['--version']).status === 0;
if (!isThere && process.env.CI !== 'true')
  console.warn('promtool is not installed (apt-get install prometheus): its check of the metrics is skipped');

describe.skipIf(!isThere && process.env.CI !== 'true')('promtool', () => {
  it('finds nothing wrong with the metrics of an engine that has run people', async () => {
    const { engine, clock } = makeWorld({
      tasks: { '*': ({ subject }) => (subject.id === 'u1' ? Promise.reject(new Error('no')) : undefined) },
    });
    const workflow = await engine.workflows.create(
      workflowInput(['a', 'b'], { displayName: 'Join "us"\\now' }),
    );
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    await clock.until(engine.runs.waitFor(run.id));
    const response = await clock.until(createMetrics(engine)(new Request('http://localhost/metrics')));
    const { status, stdout, stderr } = spawnSync(PROMTOOL, ['check', 'metrics'], {
      input: await response.text(),
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
    await clock.until(engine.stop());
  });
});
