/** Programs in pages: where what they import lies in a clone. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
};
/** `tenure/sqlite` is made of `src/sqlite.ts`. */
const ENTRIES = new Map(
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
