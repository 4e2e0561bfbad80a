/** What Prometheus' own checker says of a scrape, of the alert rules and of the dashboard's queries; needs `promtool`, of Debian's package `prometheus`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { idsOf, makeWorld, workflowInput } from '../helpers/world.ts';
import { panels, queriesOf, RULES_FILE } from './operate-files.ts';

const PROMTOOL = process.env.PROMTOOL ?? 'promtool';
const isThere = spawnSync(PROMTOOL, ['--version']).status === 0;
if (!isThere && process.env.CI !== 'true')
  console.warn('promtool is not installed (apt-get install prometheus): its check of the metrics is skipped');

const folder = mkdtempSync(join(tmpdir(), 'tenure-promtool-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function promtool(args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(PROMTOOL, args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Writes a file for promtool: YAML reads JSON. */
function written(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const WORKFLOW = 'workflow="Join"';
const FINISHED = `tenure_user_finished_total{${WORKFLOW},status=`;

/** Series of one value a minute that raise an alert at a moment, and that do not: `0+5x60` grows by 5, `2x10 0x20` drops to 0. */
const ALERTS = [
  {
    alert: 'TenureScheduleLate',
    labels: `severity="critical",${WORKFLOW}`,
    bad: { [`tenure_schedule_next_seconds{${WORKFLOW}}`]: '0x60' },
    good: { [`tenure_schedule_next_seconds{${WORKFLOW}}`]: '1740x60' },
    at: '30m',
  },
  {
    alert: 'TenureRunWaiting',
    labels: 'severity="critical"',
    bad: { tenure_run_waiting_oldest_seconds: '901x30' },
    good: { tenure_run_waiting_oldest_seconds: '900x30' },
    at: '10m',
  },
  {
    alert: 'TenureUsersFailing',
    labels: `severity="warning",${WORKFLOW}`,
    bad: { [`${FINISHED}"failed"}`]: '0+1x60', [`${FINISHED}"completed"}`]: '0+5x60' },
    good: { [`${FINISHED}"failed"}`]: '0+1x60', [`${FINISHED}"completed"}`]: '0+100x60' },
    at: '60m',
  },
  {
    alert: 'TenureWorkflowQuarantined',
    labels: `severity="warning",${WORKFLOW}`,
    bad: { [`tenure_workflow_quarantined{${WORKFLOW}}`]: '1x10' },
    good: { [`tenure_workflow_quarantined{${WORKFLOW}}`]: '0x10' },
    at: '5m',
  },
  {
    alert: 'TenureHandlersUnsettled',
    labels: 'severity="warning",instance="a"',
    bad: { 'tenure_handler_unsettled{instance="a"}': '2x30' },
    good: { 'tenure_handler_unsettled{instance="a"}': '2x10 0x20' },
    at: '20m',
  },
  {
    alert: 'TenureEngineErrors',
    labels: 'severity="warning",during="committing"',
    bad: { 'tenure_engine_errors_total{during="committing"}': '0x10 1x10' },
    good: { 'tenure_engine_errors_total{during="committing"}': '3x30' },
    at: '15m',
  },
];

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
  it('takes the alert rules', () => {
    expect(promtool(['check', 'rules', RULES_FILE])).toMatchObject({ status: 0 });
  });

  it('takes the queries of the dashboard', () => {
    const rules = panels()
      .flatMap(queriesOf)
      .map((query, index) => ({
        record: `query_${index}`,
        expr: query.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*'),
      }));
    // YAML reads JSON.
    const file = written('queries.yml', { groups: [{ name: 'dashboard', rules }] });
    expect(promtool(['check', 'rules', file])).toMatchObject({ status: 0 });
  });

  it.each(ALERTS)(
    'raises $alert for what it is about, and not otherwise',
    ({ alert, labels, bad, good, at }) => {
      const firing = { labels: `ALERTS{alertname="${alert}",alertstate="firing",${labels}}`, value: 1 };
      const tests = [bad, good].map((series) => ({
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          { expr: 'ALERTS{alertstate="firing"}', eval_time: at, exp_samples: series === bad ? [firing] : [] },
        ],
      }));
      const file = written(`${alert}.yml`, { rule_files: [RULES_FILE], tests });
      expect(promtool(['test', 'rules', file])).toMatchObject({ status: 0 });
    },
  );
});
