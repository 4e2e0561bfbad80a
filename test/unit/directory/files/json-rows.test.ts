import { describe, expect, it } from 'vitest';
import { parseMapping } from '../../../../src/directory/files/mapping.ts';
import { jsonDirectory, jsonlDirectory, openDirectory } from '../../../../src/directory/open-directory.ts';
import { all, folder, idsOf, rejection } from '../support.ts';

const files = folder();
const lines = (content: string): Promise<string> => files.fresh('.jsonl', content);
const array = (content: string): Promise<string> => files.fresh('.json', content);

describe('a JSONL file', () => {
  it('gives its objects by id and by query', async () => {
    const people = [
      { id: 'a', n: 1, list: ['x'] },
      { id: 'b', text: 'é\n😀' },
    ];
    const path = await lines(`\ufeff${people.map((one) => JSON.stringify(one)).join('\r\n\n  \n')}`);
    const directory = await openDirectory(path);
    expect(await all(directory)).toEqual(people);
    expect(await directory.get(['b', 'none'])).toEqual([people[1]]);
    expect(directory.subjectsCount).toBe(2);
    await directory.close();
  });

  it('may end in .ndjson', async () => {
    const directory = await openDirectory(await files.write('a.ndjson', '{"id":"a"}'));
    expect(idsOf(await all(directory))).toEqual(['a']);
    await directory.close();
  });

  it('maps properties, also nested ones, and takes whole numbers as ids', async () => {
    const path = await lines(
      '{"worker":{"no":7},"id":"old","Town":"Oslo","city":"Rome","k":1}\n{"worker":{"no":8},"city":"x"}',
    );
    const map = parseMapping('id=worker/no,city=Town,org/town=Town');
    const directory = await jsonlDirectory(path, { map });
    expect(await all(directory)).toEqual([
      { id: '7', city: 'Oslo', org: { town: 'Oslo' }, worker: { no: 7 }, k: 1 },
      { id: '8', worker: { no: 8 } },
    ]);
    expect(idsOf(await directory.get(['8']))).toEqual(['8']);
    await directory.close();
  });

  it('keeps a property called __proto__ a property', async () => {
    const directory = await jsonlDirectory(await lines('{"id":"a","__proto__":{"polluted":true}}'));
    const [subject] = await directory.get(['a']);
    expect(Object.hasOwn(subject ?? {}, '__proto__')).toBe(true);
    expect(subject?.polluted).toBeUndefined();
    await directory.close();
  });

  it.each([
    ['is empty', '', undefined, 'an empty file'],
    ['has a line that is no JSON', '{"id":"a"}\n\n{"id":', 3, 'Expected a JSON object, got `{"id":`'],
    ['has a line that is no object', '{"id":"a"}\n["id"]', 2, 'got an array of 1'],
    ['has null on a line', 'null', 1, 'got `null`'],
    ['has no id', '{"id":"a"}\n{"x":1}', 2, 'Expected id to hold an id, got none'],
    ['has an empty id', '{"id":""}', 1, 'Expected id to hold an id, got an empty one'],
    ['has an id with a control character', '{"id":"a\\u0007"}', 1, 'got one with U+0007'],
    ['has an id with half a surrogate pair', '{"id":"a\\ud800"}', 1, 'half of a surrogate pair'],
    ['has an id that is no text', '{"id":1.5}', 1, 'got `1.5`'],
    ['has an id that is too long', `{"id":"${'x'.repeat(257)}"}`, 1, 'of 1..256 characters'],
  ])('is refused when it %s', async (_name, content, line, words) => {
    const path = await lines(content);
    const error = await rejection(jsonlDirectory(path));
    expect(error.details).toMatchObject(line === undefined ? { file: path } : { file: path, line });
    expect(error.message).toContain(words);
  });

  it('is refused when a mapped property is in no object', async () => {
    const error = await rejection(
      jsonlDirectory(await lines('{"id":"a","city":"x"}'), { map: parseMapping('id=id,c=Town') }),
    );
    expect(error.details).toMatchObject({ missing: ['Town'], columns: ['id', 'city'] });
  });

  it('with ids that occur twice suggests another property', async () => {
    const error = await rejection(jsonlDirectory(await lines('{"id":"a","no":1}\n{"id":"a","no":2}\n')));
    expect(error.details).toMatchObject({ duplicates: [{ id: 'a', lines: [1, 2] }], uniqueColumns: ['no'] });
  });
});

describe('a JSON file', () => {
  it('is an array of objects, or has one under value', async () => {
    for (const content of ['[{"id":"a"},{"id":2}]', '\ufeff{"value":[{"id":"a"},{"id":2}]}']) {
      const directory = await openDirectory(await array(content));
      expect(await all(directory)).toEqual([{ id: 'a' }, { id: '2' }]);
      expect(idsOf(await directory.get(['2']))).toEqual(['2']);
      expect(directory.subjectsCount).toBe(2);
      await directory.close();
    }
  });

  it('says which property may hold the ids when the first object has none', async () => {
    const error = await rejection(jsonDirectory(await array('[{"Id":"a","Name":"x"}]')));
    expect(error.message).toContain('It has Id, Name. Letter case counts; say so: --map id=Id');
  });

  it.each([
    ['is no JSON', '[{]', undefined, 'Expected JSON'],
    ['is no array', '{"id":"a"}', undefined, 'Expected a JSON array'],
    ['has an item that is no object', '[{"id":"a"}, 5]', 2, 'item 2'],
    ['has an item without id', '[{"id":"a"}, {}]', 2, 'got none'],
  ])('is refused when it %s', async (_name, content, item, words) => {
    const error = await rejection(jsonDirectory(await array(content)));
    expect(error.details.item).toBe(item);
    expect(error.message).toContain(words);
  });

  it('finds ids that occur twice whatever stands around them', async () => {
    const error = await rejection(jsonDirectory(await array('[{"id":"a\\t"},{"id":"\\u00a0a"}]')));
    expect(error.details.duplicates).toEqual([{ id: 'a', lines: [1, 2] }]);
  });

  it('treats ids that occur twice like the other files', async () => {
    const path = await array('[{"id":"a","n":"1"},{"id":"b","n":"2"},{"id":"a","n":"3"}]');
    const error = await rejection(jsonDirectory(path));
    expect(error.details).toMatchObject({
      duplicates: [{ id: 'a', lines: [1, 3] }],
      distinct: 2,
      rows: 3,
      uniqueColumns: ['n'],
    });
    expect(error.message).toContain('a (items 1, 3)');
    const numbers = async (onDuplicate: 'first' | 'last'): Promise<unknown[]> =>
      (await all(await jsonDirectory(path, { onDuplicate }))).map(({ n }) => n);
    expect(await numbers('first')).toEqual(['1', '2']);
    expect(await numbers('last')).toEqual(['3', '2']);
  });
});

it.each([
  ['people.xlsx', /\.ndjson or \.json, got a spreadsheet .*Export the sheet as CSV/],
  ['people.ODS', /got a spreadsheet/],
  ['people.txt', /got `"\.txt"` .*Rename it after what it contains/],
  ['people', /got one without an ending/],
])('a file called %s is refused with the kinds that are read', async (name, words) => {
  const error = await rejection(openDirectory(await files.write(name, 'x')));
  expect(error.message).toContain('.csv, .tsv, .jsonl, .ndjson or .json');
  expect(error.message).toMatch(words);
});
