import { appendFile, rename, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseMapping } from '../../../../src/directory/files/mapping.ts';
import { csvDirectory, openDirectory } from '../../../../src/directory/open-directory.ts';
import { parseScopeRule } from '../../../../src/filter/parsing/scope-rule.ts';
import { all, folder, idsOf, rejection } from '../support.ts';

const files = folder();
const file = (content: string | Buffer): Promise<string> => files.fresh('.csv', content);

describe('a CSV file', () => {
  it('gives its rows by id and by rule', async () => {
    const directory = await openDirectory(await file('id,city\na,Rome\nb,Oslo\nc,Rome\n'));
    expect(directory.subjectsCount).toBe(3);
    expect(await directory.get(['c', 'missing', 'a', 'c'])).toEqual([
      { id: 'a', city: 'Rome' },
      { id: 'c', city: 'Rome' },
    ]);
    expect(idsOf(await all(directory, parseScopeRule("city eq 'Rome'")))).toEqual(['a', 'c']);
    expect(await directory.get([])).toEqual([]);
    await directory.close();
  });

  it.each([
    ['a byte order mark', '\ufeffid,x\r\na,1\r\nb,2'],
    ['CRLF', 'id,x\r\na,1\r\nb,2\r\n'],
    ['CR', 'id,x\ra,1\rb,2\r'],
    ['mixed line breaks', 'id,x\r\na,1\nb,2'],
    ['empty lines', '\n\nid,x\n\na,1\n\n\nb,2\n\n'],
    ['quotes around everything', '"id","x"\n"a","1"\n"b","2"'],
    ['blanks around names', ' id , x \na,1\nb,2'],
    ['a column without a name', 'id,x,\na,1,z\nb,2,z'],
  ])('may have %s', async (_name, content) => {
    const directory = await csvDirectory(await file(content));
    expect(await all(directory)).toEqual([
      { id: 'a', x: '1' },
      { id: 'b', x: '2' },
    ]);
    expect(await directory.get(['b', 'a'])).toEqual(await all(directory));
    await directory.close();
  });

  it('may have delimiters, quotes and line breaks inside quotes', async () => {
    const directory = await csvDirectory(await file('id,x\n"a, ""b""","1\r\n2\n"\nc,"é😀"\n'));
    expect(await directory.get(['c', 'a, "b"'])).toEqual([
      { id: 'a, "b"', x: '1\r\n2\n' },
      { id: 'c', x: 'é😀' },
    ]);
    await directory.close();
  });

  it('with only a header has no people', async () => {
    const directory = await csvDirectory(await file('id,x\n'));
    expect([directory.subjectsCount, await all(directory)]).toEqual([0, []]);
    await directory.close();
  });

  it('may have another delimiter; .tsv has the tabulator', async () => {
    const semicolons = await csvDirectory(await file('id;x\na;1\n'), { delimiter: ';' });
    const tabs = await openDirectory(await files.write('people.tsv', 'id\tx\na\t1\n'));
    for (const directory of [semicolons, tabs]) {
      expect(await all(directory)).toEqual([{ id: 'a', x: '1' }]);
      await directory.close();
    }
  });

  it('larger than a block gives every row', async () => {
    const rows = Array.from(
      { length: 20_000 },
      (_, at) => `user-${at},"line\r\n${at}",${'é'.repeat(at % 9)}`,
    );
    const directory = await csvDirectory(await file(`id,x,y\r\n${rows.join('\r\n')}`));
    expect((await all(directory)).map(({ x }) => x)).toEqual(rows.map((_, at) => `line\r\n${at}`));
    const picked = await directory.get(['user-19999', 'user-0', 'user-7777', 'user-7778']);
    expect(idsOf(picked)).toEqual(['user-0', 'user-7777', 'user-7778', 'user-19999']);
    await directory.close();
  });
});

describe('columns', () => {
  it('are mapped, nested, kept or absent', async () => {
    const path = await file('WorkerID,Division,city,Town,org/unit,id\n7,Shoes,Rome,Oslo,U1,old\n8,,,,,\n');
    const map = parseMapping('id=WorkerID,employeeOrgData/division=Division,city=Town');
    const directory = await csvDirectory(path, { map });
    expect(await all(directory)).toEqual([
      { id: '7', employeeOrgData: { division: 'Shoes' }, city: 'Oslo', org: { unit: 'U1' } },
      { id: '8' },
    ]);
    await directory.close();
  });

  it('a and a/b stand side by side', async () => {
    const directory = await csvDirectory(await file('a/b,id,a\n1,x,2\n'));
    expect(await all(directory)).toEqual([{ id: 'x', a: '2', 'a/b': '1' }]);
    await directory.close();
  });

  it('may be called like parts of a prototype', async () => {
    const path = await file('id,__proto__,constructor,__proto__/polluted\na,1,2,3\n');
    const directory = await csvDirectory(path);
    const [subject] = await all(directory);
    expect(Object.entries(subject ?? {})).toEqual([
      ['id', 'a'],
      ['__proto__', '1'],
      ['constructor', '2'],
      ['__proto__/polluted', '3'],
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    await directory.close();
  });
});

describe('a CSV file whose intent is plain is read, and its notes say how', () => {
  it.each([
    [
      'a delimiter that the header shows',
      'id;x\n1;a',
      ['The cells are separated by `;`, as the header shows'],
    ],
    [
      'quoted cells between semicolons',
      'id;"x"\n1;a',
      ['The cells are separated by `;`, as the header shows'],
    ],
    ['tabs', 'id\tx\n1\ta', ['The cells are separated by tabs, as the header shows']],
    ['vertical bars', 'id|x\n1|a', ['The cells are separated by `|`, as the header shows']],
    ['the line sep=', 'sep=;\r\nid;x\r\n1;a', ['The cells are separated by `;`, as the line `sep=;` says']],
    ['the line sep= for a rare delimiter', '"SEP=:"\nid:x\n1:a', [expect.stringContaining('by `:`')]],
    ['the line of PowerShell', '#TYPE A.B\r\n"id","x"\r\n"1","a"', [expect.stringContaining('`#TYPE …`')]],
    [
      'invisible characters around a name',
      'id\u200b,\u2060x\n1,a',
      [
        'Column `id` is read without invisible characters around its name: `"id\\u200b"`',
        'Column `x` is read without invisible characters around its name: `"\\u2060x"`',
      ],
    ],
    ['blanks and no-break spaces around a name', '\u00a0id ,x\n1,a', []],
  ])('%s', async (_name, content, notes) => {
    const directory = await csvDirectory(await file(content));
    expect(await all(directory)).toEqual([{ id: '1', x: 'a' }]);
    expect(await directory.get(['1'])).toEqual([{ id: '1', x: 'a' }]);
    expect(directory.notes).toEqual(notes);
    await directory.close();
  });

  it('semicolons between other names stay in a name', async () => {
    const directory = await csvDirectory(await file('id,a;b;c\n1,x;y;z\n'));
    expect(await all(directory)).toEqual([{ id: '1', 'a;b;c': 'x;y;z' }]);
    expect(directory.notes).toEqual([]);
    await directory.close();
  });

  it('the delimiter is one with which the mapped columns are there', async () => {
    const path = await file('name, full;Worker;City\nAnn;w1;Rome\n');
    const directory = await csvDirectory(path, { map: parseMapping('id=Worker,city=City') });
    expect(await all(directory)).toEqual([{ id: 'w1', city: 'Rome', 'name, full': 'Ann' }]);
    await directory.close();
  });

  it('a delimiter that is said is kept, whatever the file says', async () => {
    const directory = await csvDirectory(await file('sep=;\nid,a;b\n1,x;y'), { delimiter: ',' });
    expect(await all(directory)).toEqual([{ id: '1', 'a;b': 'x;y' }]);
    expect(directory.notes).toEqual(['The line `sep=;` before the header is left out']);
    await directory.close();
    const error = await rejection(csvDirectory(await file('id;x\n1;a'), { delimiter: ',' }));
    expect(error.message).toContain('got id;x');
    expect(error.message).toContain('The cells seem to be separated by `;`');
  });

  it('mapped columns are found without blanks and however their letters are composed', async () => {
    const map = parseMapping('id="Gr\u00f6\u00dfe\u00a0"');
    const directory = await csvDirectory(await file('Gro\u0308\u00dfe,x\n1,a'), { map });
    expect(await all(directory)).toEqual([{ id: '1', x: 'a' }]);
    await directory.close();
  });
});

describe('rows of a CSV file', () => {
  it('with nothing in them are left out and counted', async () => {
    const path = await file('id,x\r\n1,"a\nb"\r\n,,\r\n \r\n\u00a0,\u200b\r\n2,b\r\n,\r\n');
    const directory = await csvDirectory(path);
    expect(idsOf(await all(directory))).toEqual(['1', '2']);
    expect([directory.subjectsCount, directory.skippedRowsCount, directory.emptyRowsCount]).toEqual([
      2, 0, 4,
    ]);
    expect(directory.notes).toEqual(['4 empty rows are left out (first: line 4)']);
    await directory.close();
  });

  it('with something in them but no id are refused by line', async () => {
    const error = await rejection(csvDirectory(await file('id,x\n1,a\n,\n,b\n')));
    expect([error.details.line, error.message]).toEqual([4, expect.stringContaining('an id, got none')]);
  });

  it('with nothing in them do not hide a column whose values are all different', async () => {
    const error = await rejection(csvDirectory(await file('id,x\n1,a\n,\n1,b\n')));
    expect(error.details.uniqueColumns).toEqual(['x']);
  });

  it('that end early are refused with what to do, or filled up on request', async () => {
    const path = await file('id,x,y,z\n1,a,,\n2,b\n3,c,\n');
    const error = await rejection(csvDirectory(path));
    expect(error.details.line).toBe(3);
    expect(error.message).toContain('Expected 4 columns as in the header, got 2');
    expect(error.message).toContain('--short-rows fill');
    const directory = await csvDirectory(path, { shortRows: 'fill' });
    const people = [
      { id: '1', x: 'a' },
      { id: '2', x: 'b' },
      { id: '3', x: 'c' },
    ];
    for (let pass = 0; pass < 2; pass++) expect(await all(directory)).toEqual(people);
    expect(await directory.get(['2'])).toEqual([people[1]]);
    expect(directory.notes).toEqual([
      '2 rows have fewer cells than the header, and the missing ones count as empty (first: line 3)',
    ]);
    await directory.close();
    const long = await rejection(csvDirectory(await file('id,x\n1,a,b\n'), { shortRows: 'fill' }));
    expect(long.message).toContain('A field with a quote, delimiter or line break stands in double quotes');
  });
});

describe('a CSV file is refused', () => {
  it.each([
    ['when it is empty', '', undefined, 'an empty file'],
    ['when it has only a byte order mark', '\ufeff', undefined, 'an empty file'],
    ['when it has only empty lines', '\n\r\n', undefined, 'Expected a header'],
    ['when the names are empty', ',,\n1,2,3', 1, 'Expected a header'],
    ['without a column id', 'a,b\n1,2', 1, 'Expected a column id, got a, b'],
    ['with a name in another letter case', 'Id,b\n1,2', 1, '--map id=Id'],
    ['with several delimiters, none of which gives an id', 'a;b;c,d\n1', 1, 'got a, b, c,d'],
    ['when a name occurs twice', 'id,b,b\n1,2,3', 1, 'twice'],
    ['when a row is too long', 'id,b\n1,2\n\n1,2,3', 4, 'Expected 2 columns as in the header, got 3'],
    ['when a row is too short', 'id,b\n"1\r\n\r\n",2\r\n3', 5, 'got 1'],
    ['when an id is empty', 'id,b\n1,2\n"",3', 3, 'Expected id to hold an id, got none'],
    ['when an id is blank', 'id,b\n1,2\n  ,3', 3, 'Expected id to hold an id'],
    [
      'when an id is too long',
      `id,b\n${'x'.repeat(257)},2`,
      2,
      'of 1..256 characters without control characters, got one of 257 characters',
    ],
    ['when an id has a control character', 'id,b\nu\u001b[31m,2', 2, 'got one with U+001B'],
    [
      'when an id has a NUL, far from the start',
      `id,b\n1,${'x'.repeat(600)}\nu\u00002,2`,
      3,
      'got one with U+0000',
    ],
    [
      'when an id is only invisible',
      'id,b\na,1\n\u200b\u00a0,2',
      3,
      'Expected id to hold an id, got an empty one',
    ],
    ['when a quote is never closed', 'id,b\n1,2\n3,"4\n5,6\n', 3, 'stray quote'],
    ['when a quote stands in a cell', 'id,b\n1,2\n3,4" x 5"\n', 3, 'stray quote'],
    ['when text follows a quote', 'id,b\n1,2\n3,"4"x\n', 3, 'stray quote'],
  ])('%s', async (_name, content, line, words) => {
    const path = await file(content);
    const error = await rejection(csvDirectory(path));
    expect(error.details).toMatchObject(line === undefined ? { file: path } : { file: path, line });
    expect(error.message).toContain(words);
    expect(error.message).toContain(path);
  });

  it('with the right line wherever a CRLF lies between two reads', async () => {
    for (let length = 65_520; length <= 65_540; length++) {
      const path = await file(`id,x\r\na,${'x'.repeat(length)}\r\nb,1\r\nc\r\n`);
      expect((await rejection(csvDirectory(path))).details.line).toBe(4);
    }
  });

  it('when mapped columns are missing, and the columns that exist are listed', async () => {
    const error = await rejection(
      csvDirectory(await file('A,B\n1,2'), { map: parseMapping('id=A,x=C,y=D') }),
    );
    expect(error.details).toMatchObject({ missing: ['C', 'D'], columns: ['A', 'B'], column: 'C', line: 1 });
  });

  it('when it is not UTF-8', async () => {
    const latin = await file(Buffer.from('id,name\na,x\nb,J\xfcrgen\n', 'latin1'));
    expect((await rejection(csvDirectory(latin))).details).toMatchObject({ line: 3 });
    const wide = await file(Buffer.from('\ufeffid,name\n', 'utf16le'));
    expect((await rejection(csvDirectory(wide))).message).toContain('got UTF-16 text (');
  });

  it.each([
    [
      'UTF-16 without a mark',
      Buffer.from('id,name\na,x\n', 'utf16le'),
      'UTF-16 text without a byte order mark',
    ],
    [
      'UTF-16, big end first',
      Buffer.from('id,name\na,x\n', 'utf16le').swap16(),
      'UTF-16 text without a byte order mark',
    ],
    ['bytes with a NUL', Buffer.from('id,b\n1,\u00002\n'), 'a NUL, byte 8 of the file'],
    ['a workbook', Buffer.from('PK\u0003\u0004....'), 'Export the sheet as CSV'],
    ['an old workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), 'Export the sheet as CSV'],
    ['a gzip archive', Buffer.from([0x1f, 0x8b, 8, 0]), 'Unpack it first'],
  ])('when it is %s', async (_name, content, words) => {
    expect((await rejection(csvDirectory(await file(content)))).message).toContain(words);
  });

  it('when one record is above 1 MiB', async () => {
    const error = await rejection(csvDirectory(await file(`id,b\n1,2\n3,"${'x\n'.repeat(800_000)}`)));
    expect(error.details).toMatchObject({ line: 3 });
    expect(error.message).toContain('never closed');
  });

  it('when it is missing, a folder or a device', async () => {
    expect((await rejection(csvDirectory(files.path('none.csv')))).message).toContain('got none');
    expect((await rejection(csvDirectory(files.path('.')))).message).toContain('a folder');
    expect((await rejection(csvDirectory('/dev/null'))).message).toContain('a device or pipe');
  });

  it('with an option that cannot be', async () => {
    const path = await file('id\n1\n');
    for (const delimiter of ['', '"', '\n', ',,,,,,,,,']) {
      expect((await rejection(csvDirectory(path, { delimiter }), 'InvalidArgument')).details.field).toBe(
        'delimiter',
      );
    }
    const wrong = csvDirectory(path, { onDuplicate: 'merge' as 'first' });
    expect((await rejection(wrong, 'InvalidArgument')).details.field).toBe('onDuplicate');
    const short = csvDirectory(path, { shortRows: 'pad' as 'fill' });
    expect((await rejection(short, 'InvalidArgument')).details.field).toBe('shortRows');
  });
});

describe('ids that occur more than once', () => {
  it('are found whatever stands around them and however their letters are composed', async () => {
    const path = await file('id,x\n u1 ,1\nu1,2\n\u00a0u1\ufeff,3\nU1,4\nZoe\u0308,5\nZo\u00eb,6\n');
    const error = await rejection(csvDirectory(path));
    expect(error.message).toContain('2 occur more than once: u1 (lines 2, 3, 4), Zo\u00eb (lines 6, 7)');
    const first = await csvDirectory(path, { onDuplicate: 'first' });
    expect(await all(first)).toEqual([
      { id: 'u1', x: '1' },
      { id: 'U1', x: '4' },
      { id: 'Zo\u00eb', x: '5' },
    ]);
    expect(idsOf(await first.get(['Zoe\u0308', 'u1\u200b']))).toEqual(['u1', 'Zo\u00eb']);
    await first.close();
  });

  const content = 'id,Name,Mail\na,Ann,x\nb,Bob,y\na,Abe,x\na,Al,z\nc,Cy,w\nb,Ben,v\n';

  it('are refused in one error with lines and a better column', async () => {
    const error = await rejection(csvDirectory(await file(content)));
    expect(error.details).toMatchObject({
      column: 'id',
      distinct: 3,
      rows: 6,
      duplicates: [
        { id: 'a', lines: [2, 4, 5] },
        { id: 'b', lines: [3, 7] },
      ],
      uniqueColumns: ['Name'],
    });
    expect(error.message).toContain(
      '6 rows, got 3 different ids; 2 occur more than once: a (lines 2, 4, 5), b (lines 3, 7)',
    );
    expect(error.message).toContain('--on-duplicate first');
    expect(error.message).toContain('--map id=Name');
  });

  it('without a better column only say how to go on', async () => {
    const error = await rejection(csvDirectory(await file('id,x\na,1\na,1\n')));
    expect(error.message).toContain('map a column whose values are all different');
    expect(error.details.uniqueColumns).toEqual([]);
  });

  it('show five ids and four lines, and count the rest', async () => {
    const rows = Array.from({ length: 60 }, (_, at) => `u${at % 10}`);
    const { message, details } = await rejection(csvDirectory(await file(`id\n${rows.join('\n')}\n`)));
    expect(message).toContain('10 occur more than once: u0 (lines 2, 12, 22, 32 and 2 more), u1');
    expect(message).toContain('and 5 more (');
    expect(details.duplicates).toHaveLength(10);
  });

  it.each([
    ['first', ['Ann', 'Bob', 'Cy']],
    ['last', ['Al', 'Cy', 'Ben']],
  ] as const)('leave the %s row of each', async (onDuplicate, names) => {
    const directory = await csvDirectory(await file(content), { onDuplicate });
    expect((await all(directory)).map(({ Name }) => Name)).toEqual(names);
    expect((await directory.get(['a', 'b', 'c'])).map(({ Name }) => Name)).toEqual(names);
    expect([directory.subjectsCount, directory.skippedRowsCount]).toEqual([3, 3]);
    await directory.close();
  });
});

describe('a CSV file that changes while it is open', () => {
  it.each([
    ['grows', (path: string) => appendFile(path, 'z,9\n')],
    ['is written anew', (path: string) => writeFile(path, 'id,x\nq,1\nr,2\n').then(() => utimes(path, 1, 1))],
    ['shrinks', (path: string) => writeFile(path, 'id')],
  ])('is refused when it %s', async (_name, change) => {
    const path = await file('id,x\na,1\nb,2\n');
    const directory = await csvDirectory(path);
    await change(path);
    for (const error of [await rejection(directory.get(['a'])), await rejection(all(directory))]) {
      expect(error.message).toContain('got changes');
      expect(error.details).toMatchObject({ file: path });
    }
    await directory.close();
  });

  it('is refused when it changes in the middle of a query', async () => {
    const path = await file('id,x\na,1\nb,2\n');
    const directory = await csvDirectory(path);
    const query = directory.query(null)[Symbol.asyncIterator]();
    await query.next();
    await appendFile(path, 'z,9\n');
    await query.next();
    expect((await rejection(Promise.resolve(query.next()))).message).toContain('got changes');
    await directory.close();
  });

  it('is read on when another file takes its name', async () => {
    const path = await file('id,x\na,1\n');
    const directory = await csvDirectory(path);
    await rename(await file('id,x\nz,9\n'), path);
    expect(idsOf(await all(directory))).toEqual(['a']);
    await directory.close();
  });
});

it('a closed directory refuses to read, and closes twice without harm', async () => {
  const directory = await csvDirectory(await file('id\na\n'));
  await directory.close();
  await directory.close();
  expect((await rejection(directory.get(['a']))).message).toContain('closed');
  expect((await rejection(all(directory))).message).toContain('closed');
});
