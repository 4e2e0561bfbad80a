/** The domain page has every section and rule that the code cites. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'src/domain/README.md'), 'utf8');
const sections = new Set([...PAGE.matchAll(/^#{2,3} (\d+(?:\.\d+)?)\b/gm)].map(([, number]) => number));
const rules = new Set([
  ...[...PAGE.matchAll(/^\| ([rtu]\d+) \|/gm)].map(([, rule]) => rule),
  ...[...PAGE.matchAll(/^- \*\*(I\d+a?)\*\*/gm)].map(([, rule]) => rule),
]);

/** A citation: `domain §6.3`, with further sections (`, §6.4`, `–6.6`) and rules (`r4`, `(r1, I9)`) after it. */
const CITATION = /\bdomain\s+§[\d.]+(?:[\s,;()–*/]|and\b|§[\d.]+|(?<=–)[\d.]+|\b[rtu]\d+\b|\bI\d+a?\b)*/g;

const files = ['src', 'test', 'bench'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|md)$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name)),
);
const citations = files.flatMap((file) =>
  [
    ...readFileSync(join(ROOT, file), 'utf8')
      .replace(/\n\s*(?:\*|\/\/)? */g, ' ')
      .matchAll(CITATION),
  ].map(([text]) => ({ file, text })),
);

describe('the domain page', () => {
  it('is cited', () => expect(citations.length).toBeGreaterThan(50));

  it('has every section that the code cites', () => {
    const missing = citations.flatMap(({ file, text }) =>
      [...text.matchAll(/[§–](\d+(?:\.\d+)?)/g)]
        .filter(([, section]) => !sections.has(section as string))
        .map(([section]) => `${file}: ${section}`),
    );
    expect(missing).toEqual([]);
  });

  it('has every rule that the code cites', () => {
    const missing = citations.flatMap(({ file, text }) =>
      [...text.matchAll(/\b([rtu]\d+|I\d+a?)\b/g)]
        .filter(([rule]) => !rules.has(rule))
        .map(([rule]) => `${file}: ${rule}`),
    );
    expect(missing).toEqual([]);
  });
});

describe('the source tree', () => {
  it('cites no page that is not in the repository', () => {
    const foreign = files
      .filter((file) => file !== 'test/docs/domain.test.ts')
      .filter((file) =>
        /\bdesign(?:\.md)? §|\bthe seed'?s? (?:method|bod|write|page)|\bthe seed's\b/.test(
          readFileSync(join(ROOT, file), 'utf8'),
        ),
      );
    expect(foreign).toEqual([]);
  });
});
