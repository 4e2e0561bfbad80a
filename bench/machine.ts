/** The machine and the versions of a measurement. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** The machine. */
export function machine(): Readonly<Record<string, string | number>> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    /** Load average of the minute before the start. Above the number of cores, the machine was busy with other work. */
    loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    system: `${process.platform} ${release()} ${process.arch}`,
  };
}

/** Versions of tenure and its runtime. */
export function versions(): Readonly<Record<string, string>> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return {
    tenure: String(version),
    node: process.versions.node,
    v8: process.versions.v8,
    sqlite: process.versions.sqlite ?? 'unknown',
  };
}
