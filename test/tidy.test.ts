/** Style that a program checks: what the linter cannot see. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const LINES_MAX = 400;
/** Files of one folder, its sub-folders not counted. */
const ROOM_MAX = 14;
/** Where the present may be read: the system's ports, the kit, which runs in the user's tests, and one file of the browser's. */
const AMBIENT = ['src/system/', 'src/testing/', 'src/dashboard/client/browser.ts'];

/** Layers: what each room may import, beside itself. The entries and the command line may import all. */
const CORE = ['model', 'errors', 'ports', 'input'];
const RECORD = [...CORE, 'events', 'rules', 'filter', 'catalogue'];
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  errors: ['model'],
  text: ['model'],
  input: ['model', 'errors', 'ports'],
  ports: ['model'],
  events: CORE,
  rules: [...CORE, 'filter'],
  filter: CORE,
  catalogue: CORE,
  system: CORE,
  directory: [...CORE, 'filter'],
  stores: [...CORE, 'filter', 'rules'],
  work: [...CORE, 'stores', 'system'],
  ledger: RECORD,
  metrics: [...CORE, 'events', 'rules'],
  engine: [...RECORD, 'text', 'metrics', 'ledger'],
  connectors: [...CORE, 'filter', 'engine', 'system'],
  config: [...CORE, 'filter', 'catalogue', 'directory', 'engine', 'connectors'],
  docs: [...CORE, 'dashboard'],
  telemetry: [...RECORD, 'metrics', 'engine', 'system'],
  graph: [...RECORD, 'metrics', 'ledger', 'engine'],
  dashboard: [...RECORD, 'text', 'metrics', 'ledger', 'engine', 'graph', 'simulate'],
  simulate: [...RECORD, 'text', 'metrics', 'ledger', 'engine', 'directory', 'system', 'stores'],
  testing: [...RECORD, 'text', 'ledger', 'engine', 'directory', 'system', 'stores', 'simulate'],
};

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => join(ROOT, 'src', name))
  .map((path) => ({ path, name: relative(ROOT, path), text: readFileSync(path, 'utf8') }));

/** Words that the code had to itself; those of the field say the same. */
const DROPPED =
  /\b(?:he|his|him|himself|whom|(?:some|any|every)body|breaths?|flights?|verdicts?|tapes?|standings|crew|deeds?|ticks?|occasions?|told|whoever)\b/i;

/** The code without its comments. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** The files that a file imports, for values or for types only. */
function importsOf(path: string, text: string): string[] {
  const specifiers = codeOf(text).matchAll(/(?:\bfrom |\bimport\(|^import )'(\.[^']+)'/gm);
  return [...specifiers].map((match) => resolve(dirname(path), match[1] as string));
}

const imports = new Map(sources.map(({ path, text }) => [path, importsOf(path, text)]));

/** `rules` for `src/rules/status/run.ts`; `null` for an entry, a file of `src` itself. */
function roomOf(path: string): string | null {
  const [, room, ...rest] = relative(ROOT, path).split('/');
  return rest.length > 0 ? (room as string) : null;
}

describe('the source tree', () => {
  it('has no file of more than 400 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > LINES_MAX).map(({ name }) => name);
    expect(long).toEqual([]);
  });

  it('has no folder of more than 14 files', () => {
    const rooms = Map.groupBy(sources, ({ name }) => dirname(name));
    const crowded = [...rooms].filter(([room, files]) => room !== 'src' && files.length > ROOM_MAX);
    expect(crowded.map(([room, files]) => `${room}: ${files.length}`)).toEqual([]);
  });

  it('has no import cycle, not even of types', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail, path].map((one) => relative(ROOT, one)).join(' → '));
      if (done.has(path) || trail.includes(path)) return;
      for (const next of imports.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of imports.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('imports along the layers only', () => {
    const offenders = [...imports].flatMap(([path, targets]) => {
      const room = roomOf(path);
      if (room === null || room === 'cli') return [];
      const allowed = [room, ...(LAYERS[room] ?? [])];
      return targets
        .filter((target) => !allowed.includes(roomOf(target) ?? ''))
        .map((target) => `${relative(ROOT, path)} → ${relative(ROOT, target)}`);
    });
    expect(offenders).toEqual([]);
  });

  it('re-exports in the entries of the package only', () => {
    const offenders = sources
      .filter(({ path, name }) => roomOf(path) !== null && name !== 'src/testing/fast-check.ts')
      .filter(({ text }) => /^export (?:type )?(?:\*|\{[^}]*\}) from /m.test(codeOf(text)))
      .map(({ name }) => name);
    expect(offenders).toEqual([]);
  });

  it('takes time, randomness and ids from ports everywhere but in src/system', () => {
    const ambient =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\brandomUUID\b|\b(?:setTimeout|setInterval|setImmediate)\(/;
    const offenders = sources
      .filter(
        ({ name, text }) => !AMBIENT.some((room) => name.startsWith(room)) && ambient.test(codeOf(text)),
      )
      .map(({ name }) => name);
    expect(offenders).toEqual([]);
  });

  it('has no `using` declarations, which Node 22 cannot read', () => {
    const offenders = sources.filter(({ text }) => /^\s*(?:await )?using \w+ =/m.test(codeOf(text)));
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });

  it('has no `any` in its types', () => {
    const offenders = sources
      .filter(({ text }) => /\bany\b(?= ?[>,;)=|&[])/.test(codeOf(text).replace(/'[^'\n]*'|`[^`]*`/g, '')))
      .map(({ name }) => name);
    // A handler's arguments are of its own type; the option object that holds any handler cannot know it.
    expect(offenders).toEqual(['src/ports/task-handler.ts']);
  });

  it('has a docstring on everything that the entries export', () => {
    const exported = sources
      .filter(({ path, name }) => roomOf(path) === null || name === 'src/testing/fast-check.ts')
      .flatMap(({ path, text }) =>
        [...codeOf(text).matchAll(/^export (?:type )?(\*|\{[^}]*\}) from '(\.[^']+)'/gm)].map(
          ([, names = '', file = '']) => ({ names, file: resolve(dirname(path), file) }),
        ),
      );
    const bare = exported.flatMap(({ names, file }) => {
      const lines = readFileSync(file, 'utf8').split('\n');
      return lines.flatMap((line, index) => {
        const [, name] =
          /^export (?:async )?(?:function\*?|class|interface|type|const) (\w+)/.exec(line) ?? [];
        if (!name || (names !== '*' && !new RegExp(`\\b${name}\\b`).test(names))) return [];
        // A type right after the constant that it is made of shares its comment.
        if (/^export type (\w+) = \(typeof [A-Z_]+\)\[number\]/.test(line)) return [];
        let above = index - 1;
        while (lines[above]?.startsWith('// biome-ignore') || lines[above]?.startsWith('@')) above -= 1;
        return lines[above]?.trimEnd().endsWith('*/') ? [] : [`${relative(ROOT, file)}: ${name}`];
      });
    });
    expect(exported.length).toBeGreaterThan(50);
    expect(bare).toEqual([]);
  });

  it('speaks of records as it, of people as they, and in the words of the field', () => {
    // Part of the pinned traces of simulations.
    const pinned = new Set(["const why = engine ? 'nobody is selected' : 'the process is off';"]);
    const offenders = sources.flatMap(({ name, text }) =>
      text
        .split('\n')
        .map((line, index) => ({ line: line.trim(), at: `${name}:${index + 1}` }))
        .filter(({ line }) => (DROPPED.test(line) || /\bnobody\b/i.test(line)) && !pinned.has(line))
        .map(({ line, at }) => `${at} ${line}`),
    );
    expect(offenders).toEqual([]);
  });
});

describe('the unit tests', () => {
  const names = readdirSync(join(ROOT, 'test/unit'), { recursive: true, encoding: 'utf8' });

  it('lie where the file lies that they test: <file>.test.ts, or <file>.<aspect>.test.ts', () => {
    const paths = new Set(sources.map(({ name }) => name));
    const strays = names
      .filter((name) => name.endsWith('.test.ts'))
      .filter((name) => !paths.has(`src/${name.replace(/(?:\.[\w-]+)?\.test\.ts$/, '.ts')}`));
    expect(names.length).toBeGreaterThan(100);
    expect(strays).toEqual([]);
  });

  it('are declared by `it`, with titles in the words of the field', () => {
    const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts') && name !== 'tidy.test.ts')
      .map((name) => ({ name, text: readFileSync(join(ROOT, 'test', name), 'utf8') }));
    const offenders = tests.flatMap(({ name, text }) => {
      const titles = [...text.matchAll(/^\s*(?:it|describe)(?:\.\w+)*\(\s*(['`].*)/gm)].map(
        ([, title = '']) => title,
      );
      return [
        ...titles.filter((title) => DROPPED.test(title) || /\bnobody\b/i.test(title)),
        ...(/import \{[^}]*\btest\b[^}]*\} from 'vitest'/.test(text) ? ['test instead of it'] : []),
      ].map((what) => `${name}: ${what}`);
    });
    expect(tests.length).toBeGreaterThan(150);
    expect(offenders).toEqual([]);
  });

  it('exist for every file of the rules that has logic', () => {
    expect(untested((name) => name.startsWith('src/rules/'))).toEqual([]);
  });

  it('exist for every file of engine and ledger that has logic and more than 40 lines', () => {
    const isLong = (name: string, text: string) =>
      /^src\/(?:engine|ledger)\//.test(name) && text.split('\n').length > 41;
    expect(untested(isLong)).toEqual([]);
  });

  /** The tests that files with logic lack: a file of types alone has nothing to test. */
  function untested(isWanted: (name: string, text: string) => boolean): readonly string[] {
    const hasLogic = /^(?:export )?(?:async )?(?:function|class|const \w+ = (?:async )?\()/m;
    return sources
      .filter(({ name, text }) => isWanted(name, text) && hasLogic.test(text))
      .map(({ name }) => name.replace(/^src\/(.*)\.ts$/, '$1.test.ts'))
      .filter((name) => !names.includes(name));
  }
});
