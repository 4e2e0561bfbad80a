/** What a project that installs the package meets: its compiler, `import` and `require`. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, entries, install, spawn } from './installed.ts';

const project = install();
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Node 22 warns of its SQLite. */
const QUIET = '--disable-warning=ExperimentalWarning';
const OK = { status: 0, output: '' };
const imports = entries.map((entry, at) => `import * as e${at} from '${entry}';`).join('\n');
const uses = `export const all = [${entries.map((_, at) => `e${at}`).join(', ')}];`;
const code = `${imports}\n${uses}\n`;

describe('the declarations of all entries', () => {
  it.each([
    ['DOM types and no others', { types: [] }],
    ['Node’s types and no DOM', { types: ['node'], lib: ['es2022'] }],
  ])('compile with %s, libraries checked', (_, options) => {
    expect(compile(project, 'all.mts', code, { module: 'nodenext', target: 'es2022', ...options })).toEqual(
      OK,
    );
  });

  it.each(['nodenext', 'node20'])('can be imported by CommonJS with module %s', (module) => {
    expect(compile(project, 'all.cts', code, { module, target: 'es2022', types: [] })).toEqual(OK);
  });

  it('compile for a bundler', () => {
    const options = { module: 'preserve', moduleResolution: 'bundler', target: 'es2022', types: [] };
    expect(compile(project, 'bundled.ts', code, options)).toEqual(OK);
  });
});

describe('the built modules of all entries', () => {
  const count = (load: string): string =>
    `const counts = [];
     for (const entry of ${JSON.stringify(entries)}) counts.push(Object.keys(${load}).length > 0);
     console.log(counts.join(' '));`;
  const loaded = { status: 0, output: `${entries.map(() => true).join(' ')}\n` };

  it('load by `import`', () => {
    writeFileSync(join(project, 'load.mjs'), count('await import(entry)'));
    expect(spawn(process.execPath, [QUIET, 'load.mjs'], project)).toEqual(loaded);
  });

  it('load by `require`', () => {
    writeFileSync(join(project, 'load.cjs'), count('require(entry)'));
    expect(spawn(process.execPath, [QUIET, 'load.cjs'], project)).toEqual(loaded);
  });
});
