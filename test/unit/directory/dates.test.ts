import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import { parseMapping } from '../../../src/directory/files/mapping.ts';
import {
  csvDirectory,
  jsonDirectory,
  jsonlDirectory,
  openDirectory,
} from '../../../src/directory/open-directory.ts';
import { all, folder, rejection } from './support.ts';

const files = folder();
const NEW_YEARS_EVE = '2025-12-31T00:00:00.000Z';

describe('dates in a file', () => {
  it('stay as they are written unless other spellings are asked for', async () => {
    const directory = await csvDirectory(
      await files.fresh('.csv', 'id,employeeHireDate\na,31/12/2025\nb,46022\n'),
    );
    expect((await all(directory)).map((one) => one.employeeHireDate)).toEqual(['31/12/2025', '46022']);
    await directory.close();
  });

  it('become ISO 8601 where a format that was asked for fits, in query and get alike', async () => {
    const rows = [
      'id,badge,employeeHireDate,employeeLeaveDateTime,contractEnd,room',
      'a,46022,31/12/2025,2025-12-31,31/12/2025,46022',
      'b,46022,46022,,46022,46022',
      'c,46022,31.12.2025,soon,46022,46022',
    ];
    const directory = await csvDirectory(await files.fresh('.csv', rows.join('\n')), {
      dates: ['dd/MM/yyyy', 'excel'],
      dateAttributes: ['contractEnd'],
    });
    const people = await all(directory);
    expect(people).toEqual([
      {
        id: 'a',
        badge: '46022',
        employeeHireDate: NEW_YEARS_EVE,
        employeeLeaveDateTime: '2025-12-31',
        contractEnd: NEW_YEARS_EVE,
        room: '46022',
      },
      { id: 'b', badge: '46022', employeeHireDate: NEW_YEARS_EVE, contractEnd: NEW_YEARS_EVE, room: '46022' },
      {
        id: 'c',
        badge: '46022',
        employeeHireDate: '31.12.2025',
        employeeLeaveDateTime: 'soon',
        contractEnd: NEW_YEARS_EVE,
        room: '46022',
      },
    ]);
    expect(await directory.get(['a', 'b', 'c'])).toEqual(people);
    await directory.close();
  });

  it('that two formats read differently stay as they are', async () => {
    const path = await files.fresh('.csv', 'id,employeeHireDate\na,01/02/2025\nb,13/02/2025\n');
    const directory = await csvDirectory(path, { dates: ['dd/MM/yyyy', 'MM/dd/yyyy'] });
    expect((await all(directory)).map((one) => one.employeeHireDate)).toEqual([
      '01/02/2025',
      '2025-02-13T00:00:00.000Z',
    ]);
    await directory.close();
  });

  it('are read in JSON and JSON Lines too, nested and as numbers', async () => {
    const people = [
      { id: 'a', signInActivity: { lastSignInDateTime: '31/12/2025', other: 1 }, hired: 46022 },
      { id: 'b', hired: { at: 1 } },
    ];
    const options = {
      dates: ['dd/MM/yyyy', 'excel'],
      map: parseMapping('employeeHireDate=hired'),
    };
    const expected = [
      {
        id: 'a',
        signInActivity: { lastSignInDateTime: NEW_YEARS_EVE, other: 1 },
        employeeHireDate: NEW_YEARS_EVE,
      },
      { id: 'b', employeeHireDate: { at: 1 } },
    ];
    const json = await jsonDirectory(await files.fresh('.json', JSON.stringify(people)), options);
    expect(await all(json)).toEqual(expected);
    const lines = people.map((one) => JSON.stringify(one)).join('\n');
    const jsonl = await jsonlDirectory(await files.fresh('.jsonl', lines), options);
    expect(await all(jsonl)).toEqual(expected);
    await jsonl.close();
  });

  it('a format or an attribute that cannot be one is refused before the file is opened', async () => {
    const missing = files.path('no such file.csv');
    const format = await rejection(openDirectory(missing, { dates: ['dd/MM'] }), 'InvalidArgument');
    expect(format.details.field).toBe('dates[0]');
    const name = await rejection(openDirectory(missing, { dateAttributes: [''] }), 'InvalidArgument');
    expect(name.details.field).toBe('dateAttributes[0]');
  });
});

describe('the attributes of a directory', () => {
  it('of a CSV file are its columns, with what they are mapped to', async () => {
    const path = await files.fresh('.csv', 'WorkerID,HireDate,city,org/division,\n1,2026-01-01,Rome,x,y\n');
    const directory = await csvDirectory(path, {
      map: parseMapping('id=WorkerID,employeeHireDate=HireDate'),
    });
    expect(await directory.attributes()).toEqual([
      { name: 'id', column: 'WorkerID' },
      { name: 'employeeHireDate', column: 'HireDate' },
      { name: 'city' },
      { name: 'org/division' },
    ]);
    await directory.close();
  });

  it('of JSON files are the properties that occur', async () => {
    const people = [{ no: 1 }, { no: 2, org: { division: 'x' }, left: null }];
    const options = { map: parseMapping('id=no') };
    const expected = [{ name: 'id', column: 'no' }, { name: 'org/division' }, { name: 'left' }];
    const json = await jsonDirectory(await files.fresh('.json', JSON.stringify(people)), options);
    expect(await json.attributes()).toEqual(expected);
    const lines = people.map((one) => JSON.stringify(one)).join('\n');
    const jsonl = await jsonlDirectory(await files.fresh('.jsonl', lines), options);
    expect(await jsonl.attributes()).toEqual(expected);
    await jsonl.close();
  });

  it('of an array are the properties that occur', async () => {
    const directory = arrayDirectory([{ id: 'a' }, { id: 'b', org: { division: 'x' } }]);
    expect(await directory.attributes?.()).toEqual([{ name: 'id' }, { name: 'org/division' }]);
  });
});

it('a column that a mapping misspells is refused with the one that may be meant', async () => {
  const csv = await files.fresh('.csv', 'id,HireDate\na,2026-01-01\n');
  const map = parseMapping('employeeHireDate=hiredate');
  expect((await rejection(csvDirectory(csv, { map }))).message).toMatch(/; HireDate may be meant$/);
  const json = await files.fresh('.json', '[{"id":"a","HireDate":"2026-01-01"}]');
  expect((await rejection(jsonDirectory(json, { map }))).message).toMatch(/; HireDate may be meant$/);
});
