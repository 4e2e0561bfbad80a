/** Programs and commands in pages: where what they import lies in a clone, and servers that are asked and then stopped. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runProgram } from '../../src/cli/program.ts';
import { testHost } from '../unit/cli/support.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
};
/** `tenure/sqlite` is made of `src/sqlite.ts`. */
export const ENTRIES: ReadonlyMap<string, string> = new Map(
  Object.entries(exports).flatMap(([path, entry]) =>
    typeof entry === 'string'
      ? []
      : [[`tenure${path.slice(1)}`, join(ROOT, entry.default.replace('./dist', 'src').replace(/js$/, 'ts'))]],
  ) as readonly [string, string][],
);

/** The program with the files that its imports mean here, so that it runs in any folder. */
export function linked(code: string): string {
  return code.replace(/from '([^']+)'/g, (whole, name: string) => {
    if (name.startsWith('node:') || name.startsWith('.')) return whole;
    if (/^tenure\b/.test(name) && !ENTRIES.has(name))
      throw new Error(`Expected a page to import an entry that exists, got ${name}`);
    return `from '${ENTRIES.get(name) ?? import.meta.resolve(name)}'`;
  });
}

/** Runs a command that serves, visits what it prints first, and stops it as Ctrl-C does; gives its exit code. */
export async function served(
  args: readonly string[],
  visit: (printed: string) => Promise<void>,
): Promise<number> {
  const host = testHost();
  const first = Promise.withResolvers<string>();
  const ended = runProgram(args, {
    ...host,
    stdout: { ...host.stdout, line: (text = '') => first.resolve(text) },
  });
  ended.finally(() => first.reject(new Error(`Expected ${args} to serve, got ${host.stderr.text()}`)));
  await visit(await first.promise);
  host.interrupts.arrived('SIGINT');
  return ended;
}
