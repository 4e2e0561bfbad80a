/** Style that a program checks: what the linter cannot see. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const LINES_MAX = 400;
/** Where the present may be read: the system's ports, and the kit, which runs in the user's tests. */
const EXEMPT = ['src/system/', 'src/testing/'];

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(ROOT, 'src', name))
  .map((path) => ({ path, name: relative(ROOT, path), text: readFileSync(path, 'utf8') }));

/** The code without its comments: what is written about a thing is not the thing. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function importsOf(path: string, text: string): string[] {
  const values = codeOf(text).matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)'/gm);
  return [...values].map((match) => resolve(dirname(path), match[1] as string));
}

describe('the source tree', () => {
  it('has no file of more than 400 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > LINES_MAX).map(({ name }) => name);
    expect(long).toEqual([]);
  });

  it('has no import cycle', () => {
    const graph = new Map(sources.map(({ path, text }) => [path, importsOf(path, text)]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail, path].map((one) => relative(ROOT, one)).join(' → '));
      if (done.has(path) || trail.includes(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('takes time, chance and ids from ports everywhere but in src/system', () => {
    const ambient =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\brandomUUID\b|\b(?:setTimeout|setInterval|setImmediate)\(/;
    const offenders = sources
      .filter(
        ({ name, text }) => !EXEMPT.some((folder) => name.startsWith(folder)) && ambient.test(codeOf(text)),
      )
      .map(({ name }) => name);
    expect(offenders).toEqual([]);
  });

  it('has no `any` in its types', () => {
    const offenders = sources
      .filter(({ text }) => /\bany\b(?= ?[>,;)=|&[])/.test(codeOf(text).replace(/'[^'\n]*'|`[^`]*`/g, '')))
      .map(({ name }) => name);
    // A handler's arguments are of its own type; the option object that holds any handler cannot know it.
    expect(offenders).toEqual(['src/ports/task-handler.ts']);
  });

  it('has a comment on everything that it exports', () => {
    const bare = sources.flatMap(({ name, text }) => {
      const lines = text.split('\n');
      return lines.flatMap((line, index) => {
        if (!/^export (?:async )?(?:function|class|interface|type|const)\b/.test(line)) return [];
        if (/^export type (?:\*|\{)/.test(line)) return [];
        let above = index - 1;
        while (lines[above]?.startsWith('// biome-ignore') || lines[above]?.startsWith('@')) above -= 1;
        const isDocumented = lines[above]?.trimEnd().endsWith('*/') ?? false;
        // A type right after the constant that it is made of shares its comment.
        const isPair = /^export type (\w+) = \(typeof [A-Z_]+\)\[number\]/.test(line);
        return isDocumented || isPair ? [] : [`${name}:${index + 1}`];
      });
    });
    expect(bare).toEqual([]);
  });
});
