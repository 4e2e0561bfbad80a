/** Where it was measured, and with what. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** The machine. */
export function machine(): Readonly<Record<string, string | number>> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    /** Of the last minute before it began. Above the number of cores, others were at work too. */
    loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    system: `${process.platform} ${release()} ${process.arch}`,
  };
}

/** Versions of ourselves and what we stand on. */
export function versions(): Readonly<Record<string, string>> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return {
    tenure: String(version),
    node: process.versions.node,
    v8: process.versions.v8,
    sqlite: process.versions.sqlite ?? 'unknown',
  };
}
