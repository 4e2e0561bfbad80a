/** What names the version of the package names the same one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './installed.ts';

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const { version } = JSON.parse(textOf('package.json')) as { readonly version: string };

describe('the version of package.json', () => {
  it('is that of the lockfile', () => {
    const lock = JSON.parse(textOf('package-lock.json')) as {
      readonly version: string;
      readonly packages: Readonly<Record<string, { readonly version?: string }>>;
    };
    expect([lock.version, lock.packages['']?.version]).toEqual([version, version]);
  });

  it('has the first section of the changelog', () => {
    expect(/^## (\S+)/m.exec(textOf('CHANGELOG.md'))?.[1]).toBe(version);
  });

  it('is what the README installs', () => {
    const named = [...textOf('README.md').matchAll(/tenure-(\d+\.\d+\.\d+)\.tgz/g)].map(([, found]) => found);
    expect(new Set(named)).toEqual(new Set([version]));
  });
});
