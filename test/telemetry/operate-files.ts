/** The files beside the guide of operators: alert rules of Prometheus, and a dashboard of Grafana. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const fileOf = (name: string) => fileURLToPath(new URL(`../../src/telemetry/${name}`, import.meta.url));

/** Where the rules are. */
export const RULES_FILE = fileOf('prometheus-rules.yml');

/** A panel, as far as the tests read it. */
export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

/** The panels of the dashboard. */
export function panels(): readonly Panel[] {
  return JSON.parse(readFileSync(fileOf('grafana-dashboard.json'), 'utf8')).panels;
}

/** The queries of a panel. */
export function queriesOf({ targets }: Panel): readonly string[] {
  return targets.map(({ expr }) => expr);
}

/** Name and query of each rule. The file is ours: a query stands on its line, or indented below `expr: |`. */
export function alertRules(): readonly { readonly alert: string; readonly expr: string }[] {
  const text = readFileSync(RULES_FILE, 'utf8');
  return [...text.matchAll(/- alert: (\w+)\n +expr: (?:\|\n)?((?:.*\n)(?: {10}.*\n)*)/g)].map(
    ([, alert = '', expr = '']) => ({ alert, expr: expr.trim() }),
  );
}
