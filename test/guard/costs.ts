/** What was recorded, what is measured now, and whether that is worse. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Figures by name, in groups. */
export type Costs = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The file of what was recorded. */
export const RECORDED = fileURLToPath(new URL('costs.json', import.meta.url));

/**
 * By how much a figure may grow, as a share of it. All are exact on one version of Node; those here depend
 * on its own inside: how SQLite fills its pages, how V8 makes async functions.
 */
const TOLERANCE: Readonly<Record<string, number>> = { walBytes: 0.03, promises: 0.01 };

/** Measures in a process of its own. */
export function measureCosts(): Costs {
  const script = fileURLToPath(new URL('measure.ts', import.meta.url));
  const flags = ['--disable-warning=ExperimentalWarning'];
  return JSON.parse(execFileSync(process.execPath, [...flags, script], { encoding: 'utf8' })) as Costs;
}

/** What has become worse, or is not recorded, or not measured any more: a sentence each. */
export function worsened(measured: Costs, recorded: Costs): readonly string[] {
  const groups = new Set([...Object.keys(measured), ...Object.keys(recorded)]);
  return [...groups].flatMap((group) => {
    const [now, then] = [measured[group] ?? {}, recorded[group] ?? {}];
    const names = new Set([...Object.keys(now), ...Object.keys(then)]);
    return [...names].flatMap((name) => {
      const [found, most] = [now[name], then[name]];
      if (found === undefined) return [`${name}, ${group}: recorded as ${most}, not measured any more`];
      if (most === undefined) return [`${name}, ${group}: measured as ${found}, not recorded`];
      const isWorse = found > most * (1 + (TOLERANCE[name] ?? 0));
      return isWorse ? [`${name}, ${group}: expected at most ${most}, got ${found}`] : [];
    });
  });
}
