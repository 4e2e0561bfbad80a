/** The alert rules and the dashboard of the guide: what they ask for exists, and is summed as its scope allows. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS, type MetricDefinition, type MetricName } from '../../src/metrics/table.ts';
import { prometheusName } from '../../src/telemetry/prometheus-text.ts';
import { alertRules, type Panel, panels, queriesOf, RULES_FILE } from './operate-files.ts';

/** Labels that Prometheus adds to every series. */
const OF_PROMETHEUS = ['instance', 'job'];

/** The labels of each series, by its name in Prometheus. */
const labels = new Map<string, readonly string[]>();
const scopes = new Map<string, MetricDefinition['scope']>();
for (const [metric, definition] of Object.entries(METRICS) as [MetricName, MetricDefinition][]) {
  const name = prometheusName({ name: metric, ...definition });
  const parts = definition.kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  for (const part of parts) {
    const more = part === '_bucket' ? ['le'] : [];
    labels.set(`${name}${part}`, [...definition.labels, ...more, ...OF_PROMETHEUS]);
    scopes.set(`${name}${part}`, definition.scope);
  }
}

const namesIn = (query: string) => [...query.matchAll(/\btenure_\w+/g)].map(([name]) => name);

const queries = [
  ...alertRules().map(({ alert, expr }) => ({ where: alert, query: expr })),
  ...panels().flatMap((panel) => queriesOf(panel).map((query) => ({ where: panel.title, query }))),
];

describe('the alert rules and the dashboard', () => {
  it('ask for metrics that exist, and only for labels that these have', () => {
    expect(queries.length).toBeGreaterThan(25);
    const unknown = queries.flatMap(({ where, query }) => {
      const names = namesIn(query);
      const used = [
        ...[...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */)),
        ...[...query.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label),
      ];
      return [
        ...names.filter((name) => !labels.has(name)),
        ...used.filter((label) => !names.every((name) => labels.get(name)?.includes(label))),
        ...(names.length === 0 ? ['no metric'] : []),
      ].map((what) => `${where}: ${what}`);
    });
    expect(unknown).toEqual([]);
  });

  it('take figures of the store once, by max, and never add those of several processes', () => {
    const ofStore = queries.flatMap(({ where, query }) =>
      namesIn(query)
        .filter((name) => scopes.get(name) === 'store')
        .map((name) => ({
          where,
          isMax: new RegExp(`\\bmax(?: by \\([^)]*\\) )?\\(${name}\\b`).test(query),
        })),
    );
    expect(ofStore.length).toBeGreaterThan(7);
    expect(ofStore.filter(({ isMax }) => !isMax)).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('shows every metric', () => {
    const shown = new Set(panels().flatMap(queriesOf).flatMap(namesIn));
    const missing = Object.entries(METRICS).filter(([name, definition]) => {
      const base = prometheusName({ name: name as MetricName, ...(definition as MetricDefinition) });
      return ![...shown].some((one) => one === base || one.startsWith(`${base}_`));
    });
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  it('has a title, a place of its own and a sentence on whose figure it is for each panel', () => {
    const all: readonly Panel[] = panels();
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { description } of all) expect(description).toMatch(/^Of (?:all|the|each) process/);
    const cells = all.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of all) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});

describe('the alert rules', () => {
  const guide = readFileSync(new URL('../../src/telemetry/README.md', import.meta.url), 'utf8');

  it('are six, each with a severity and with its row in the guide', () => {
    const names = alertRules().map(({ alert }) => alert);
    expect(names).toHaveLength(6);
    const rows = [...guide.matchAll(/^\| `(Tenure\w+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(names);
    expect(readFileSync(RULES_FILE, 'utf8').match(/severity: (?:critical|warning)$/gm)).toHaveLength(6);
  });
});
