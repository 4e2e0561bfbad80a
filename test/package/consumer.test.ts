/** What a project that installs the package meets: its compiler, `import` and `require`. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { LLMS, llmsText } from '../../src/docs/build/llms.ts';
import { readPages } from '../../src/docs/build/pages.ts';
import { undocumentedIn } from '../../src/docs/build/reference/missing.ts';
import { REFERENCE, referenceOf } from '../../src/docs/build/reference/reference.ts';
import { compile, entries, install, ROOT, spawn } from './installed.ts';

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

describe('the reference', () => {
  const dist = join(project, 'node_modules/tenure/dist');

  it('is made of these declarations, and llms.txt of all pages: else `npm run reference` makes them anew', () => {
    const made = referenceOf(ROOT, dist);
    const stale = [...made].filter(([name, text]) => textOf(join(REFERENCE, name)) !== text);
    expect(stale.map(([name]) => name)).toEqual([]);
    expect(readdirSync(join(ROOT, REFERENCE)).sort()).toEqual([...made.keys()].sort());
    expect(textOf(LLMS)).toBe(llmsText(readPages(ROOT)));
  });

  it('has a text for every export, and for every option its text and its default', () => {
    expect(undocumentedIn(ROOT, dist)).toEqual([]);
  });

  function textOf(path: string): string {
    return existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : '';
  }
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

describe('a simulation in a thread', () => {
  it('finds the module of the thread in the package', () => {
    const program = `
      import { compare, SCENARIOS } from 'tenure/simulate';
      const year = SCENARIOS['onboarding-year'];
      const { overSeeds } = await compare(year, year, { seeds: 2, horizon: 'P1D', workers: 1 });
      console.log(overSeeds.seeds.join(' '), overSeeds.measures[0].finding);`;
    expect(spawn(process.execPath, [QUIET, '--input-type=module', '-e', program], project)).toEqual({
      status: 0,
      output: '1 2 same\n',
    });
  });
});

describe('what an entry loads', () => {
  /** Every module that the entry makes Node load, packages by their names. */
  function loadedBy(entry: string): readonly string[] {
    const program = `
      import { registerHooks } from 'node:module';
      const seen = new Set();
      registerHooks({
        load(url, context, next) {
          seen.add(/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1] ?? url);
          return next(url, context);
        },
      });
      await import('${entry}');
      console.log(JSON.stringify([...seen].filter((name) => !name.startsWith('file:'))));`;
    const { status, output } = spawn(
      process.execPath,
      [QUIET, '--input-type=module', '-e', program],
      project,
    );
    expect(status, output).toBe(0);
    return JSON.parse(output) as string[];
  }
  it('`tenure --help` loads neither the engine nor a command: less than 60 kB', () => {
    const main = join(project, 'node_modules/tenure/dist/cli/main.js');
    const program = `
      import { registerHooks } from 'node:module';
      let bytes = 0;
      registerHooks({
        load(url, context, next) {
          const loaded = next(url, context);
          if (url.includes('/tenure/dist/')) bytes += loaded.source.length;
          return loaded;
        },
      });
      process.on('exit', () => console.error(bytes));
      process.argv = ['node', ${JSON.stringify(main)}, '--help'];
      await import(${JSON.stringify(pathToFileURL(main).href)});`;
    const { output } = spawn(process.execPath, ['--input-type=module', '-e', program], project);
    expect(output).toContain('Usage: tenure');
    expect(Number(output.trim().split('\n').at(-1))).toBeLessThan(60_000);
  });

  const packagesOf = (loaded: readonly string[]): readonly string[] =>
    loaded.filter((name) => name !== 'tenure' && !name.startsWith('node:')).sort();

  /** What most entries share is one file: they load what `tenure` itself needs. */
  const own = ['eventemitter3', 'p-queue'];
  it.each([
    ['tenure', own],
    ['tenure/sqlite', own],
    ['tenure/postgres', own],
    ['tenure/pg-boss', own],
    ['tenure/metrics', own],
    ['tenure/telemetry', ['@opentelemetry/api', ...own]],
    ['tenure/connectors', own],
    ['tenure/scim', own],
    ['tenure/mail', own],
    ['tenure/config', []],
    ['tenure/ldap', own],
    ['tenure/sql', own],
    ['tenure/entra', own],
    ['tenure/webhook', own],
    ['tenure/graph', ['eventemitter3', 'hono', 'p-queue']],
    ['tenure/dashboard', ['eventemitter3', 'hono', 'p-queue']],
    [
      'tenure/simulate',
      ['@date-fns/tz', '@date-fns/utc', '@valibot/to-json-schema', 'date-fns', ...own, 'valibot'],
    ],
  ])('%s loads no package but %j, and no HTTP', (entry, packages) => {
    const loaded = loadedBy(entry);
    expect(packagesOf(loaded)).toEqual(packages);
    expect(loaded).not.toContain('node:http');
    expect(loaded).not.toContain('node:https');
  });
});

describe('modules that the build finds by their place', () => {
  it('are there: the thread that writes starts', () => {
    writeFileSync(
      join(project, 'write.mjs'),
      `import { createEngine, arrayDirectory } from 'tenure';
       import { sqliteStore } from 'tenure/sqlite';
       process.on('worker', () => console.log('thread'));
       const engine = await createEngine({
         store: sqliteStore('write.db', { writerThread: 'always' }),
         directory: arrayDirectory([{ id: 'ada' }]),
         tasks: { greet: () => {} },
       });
       await engine.start();
       const { id } = await engine.workflows.create({
         category: 'joiner',
         displayName: 'Greet',
         executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
         tasks: [{ taskDefinitionId: 'greet' }],
       });
       const run = await engine.runs.activate(id, { subjects: ['ada'] });
       console.log((await engine.runs.waitFor(run.id)).processingStatus);
       await engine.close();`,
    );
    expect(spawn(process.execPath, [QUIET, 'write.mjs'], project)).toEqual({
      status: 0,
      output: 'thread\ncompleted\n',
    });
  });

  it('are there: the demo sends its messages where no mail library is installed', () => {
    expect(existsSync(join(project, 'node_modules/nodemailer'))).toBe(false);
    const main = join(project, 'node_modules/tenure/dist/cli/main.js');
    const { status, output } = spawn(process.execPath, [QUIET, main, 'demo'], project);
    expect(status, output).toBe(0);
    expect(output).toMatch(/mail +34 messages in tenure-demo\/mail /);
    expect(readdirSync(join(project, 'tenure-demo/mail'))).toHaveLength(34);
    const licenses = readFileSync(join(project, 'node_modules/tenure/dist/demo-mail.licenses.txt'), 'utf8');
    expect(licenses).toMatch(/nodemailer\/LICENSE[\s\S]*smtp-server\/LICENSE[\s\S]*punycode/);
  });
});
