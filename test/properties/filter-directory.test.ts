import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { csvDirectory, jsonlDirectory } from '../../src/directory/open-directory.ts';
import { LifecycleError } from '../../src/errors/lifecycle-error.ts';
import { faultOfId, normalizeText } from '../../src/input/subject-id.ts';
import { all } from '../unit/directory/support.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tenure-csv-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Cells with everything that CSV has to quote, and no lone surrogates, which no file in UTF-8 can have. */
const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        '""',
        ',',
        ';',
        '\n',
        '\r\n',
        '\r',
        ' ',
        'a',
        'é',
        '😀',
        '\ufeff',
        '\t',
        '__proto__',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
);
const id = fc.oneof(cell, fc.uuid()).filter((text) => faultOfId(normalizeText(text)) === null);
const table = fc.record({
  columns: fc.uniqueArray(
    fc.constantFrom('b', 'c', '__proto__', 'constructor', 'naïve', 'with "quote"', 'with, comma'),
    { maxLength: 4 },
  ),
  rows: fc.uniqueArray(fc.tuple(id, fc.array(cell, { minLength: 4, maxLength: 4 })), {
    selector: ([one]) => normalizeText(one),
    maxLength: 30,
  }),
  lineBreak: fc.constantFrom('\n', '\r\n', '\r'),
  delimiter: fc.constantFrom(',', ';', '\t', '||'),
  hasBom: fc.boolean(),
  quotesAll: fc.boolean(),
  endsWithBreak: fc.boolean(),
  /** Cells are padded to this length now and then, so that rows lie across blocks of 64 KiB. */
  padding: fc.constantFrom(0, 0, 0, 40_000),
});
type Table = typeof table extends fc.Arbitrary<infer Value> ? Value : never;

function toCsv({
  columns,
  rows,
  lineBreak,
  delimiter,
  hasBom,
  quotesAll,
  endsWithBreak,
  padding,
}: Table): string {
  const quoted = (text: string): string =>
    quotesAll || /["\r\n,;\t|\ufeff]|^\s|\s$/u.test(text) || text === ''
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  const lines = [
    ['id', ...columns],
    ...rows.map(([one, cells]) => [one, ...padded(columns, cells, padding)]),
  ];
  const text = lines.map((line) => line.map(quoted).join(delimiter)).join(lineBreak);
  return (hasBom ? '\ufeff' : '') + text + (endsWithBreak ? lineBreak : '');
}

const padded = (columns: readonly string[], cells: readonly string[], padding: number): string[] =>
  columns.map((_, at) => (cells[at] ?? '').padEnd(at === 0 ? padding : 0, '\né'));

/** What the file says, as entries, because a subject may own a property `__proto__`. */
function expected({ columns, rows, padding }: Table): Map<string, unknown[]> {
  return new Map(
    rows.map(([one, cells]) => {
      const values = padded(columns, cells, padding);
      const entries = columns.map((column, at) => [column, values[at]] as const);
      return [
        normalizeText(one),
        [['id', normalizeText(one)], ...entries.filter(([, value]) => value !== '')],
      ];
    }),
  );
}

it('a CSV file gives back what was written, by query and by get', async () => {
  const path = join(root, 'table.csv');
  await fc.assert(
    fc.asyncProperty(table, async (one) => {
      await writeFile(path, toCsv(one));
      const directory = await csvDirectory(path, { delimiter: one.delimiter });
      try {
        const want = expected(one);
        const queried = await all(directory);
        expect(new Map(queried.map((subject) => [subject.id, Object.entries(subject)]))).toEqual(want);
        const got = await directory.get([...want.keys(), 'no such subject']);
        expect(new Map(got.map((subject) => [subject.id, Object.entries(subject)]))).toEqual(want);
      } finally {
        await directory.close();
      }
    }),
    { numRuns: 500 },
  );
});

it('bytes of any kind give a directory or an error with a file', async () => {
  const shard = fc.constantFrom(
    'id',
    ',',
    '\n',
    '\r',
    '"',
    'a',
    ';',
    '\u0000',
    '{"id":"a"}',
    '{',
    '[',
    '\ufeff',
    'é',
  );
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc.array(shard, { maxLength: 30 }).map((shards) => Buffer.from(shards.join(''))),
    fc.array(shard, { maxLength: 30 }).map((shards) => Buffer.from(`id,b\n${shards.join('')}`)),
  );
  const path = join(root, 'any.csv');
  await fc.assert(
    fc.asyncProperty(content, fc.constantFrom(csvDirectory, jsonlDirectory), async (bytes, open) => {
      await writeFile(path, bytes);
      try {
        const directory = await open(path);
        const queried = await all(directory);
        expect(await directory.get(queried.map(({ id }) => id))).toEqual(queried);
        await directory.close();
      } catch (error) {
        if (!LifecycleError.is(error) || error.code !== 'InvalidFile') throw error;
        expect(error.details.file).toBe(path);
      }
    }),
    { numRuns: 2_000 },
  );
});
