/** The guides that the package ships lead to what it ships, so that their links work wherever they are read. */
import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf } from '../../src/docs/build/anchors.ts';
import { ROOT, spawn } from './installed.ts';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const { output } = spawn(npm, ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'], ROOT);
const shipped = new Set(
  (JSON.parse(output) as { readonly files: readonly { readonly path: string }[] }[])[0]?.files.map(
    ({ path }) => path,
  ),
);
const guides = [...shipped].filter((path) => path.endsWith('.md'));

const textOf = (path: string): string =>
  readFileSync(join(ROOT, path), 'utf8').replace(/```[\s\S]*?```/g, '');

const anchors = new Map<string, readonly string[]>();
function hasAnchor(path: string, anchor: string): boolean {
  const known = anchors.get(path) ?? anchorsOf(readFileSync(join(ROOT, path), 'utf8'));
  anchors.set(path, known);
  return known.includes(anchor);
}

function isShipped(path: string): boolean {
  return shipped.has(path) || [...shipped].some((one) => one.startsWith(`${path}/`));
}

describe('the guides of the package', () => {
  it('are shipped, with the pictures that they show', () => {
    expect(guides).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'src/README.md']));
    expect([...shipped].filter((path) => path.endsWith('.png'))).not.toEqual([]);
  });

  it('have relative links only to what is shipped, and to headings that are there', () => {
    const broken = guides.flatMap((guide) =>
      [...textOf(guide).matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, link = '']) => {
        if (/^[a-z]+:/.test(link)) return [];
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? guide : posix.join(dirname(guide), path);
        if (!isShipped(target)) return [`${guide}: ${link} is not in the package`];
        if (anchor === undefined) return [];
        return hasAnchor(target, anchor) ? [] : [`${guide}: ${link} is no heading`];
      }),
    );
    expect(broken).toEqual([]);
  });

  it('are all found from the README, link by link', () => {
    const found = new Set<string>();
    const follow = (guide: string): void => {
      if (found.has(guide)) return;
      found.add(guide);
      for (const [, link = ''] of textOf(guide).matchAll(/\]\(([^()\s#]+)/g)) {
        const target = posix.join(dirname(guide), link);
        for (const one of guides) if (one === target || one.startsWith(`${target}/`)) follow(one);
      }
    };
    follow('README.md');
    expect(guides.filter((guide) => !found.has(guide))).toEqual([]);
  });
});
