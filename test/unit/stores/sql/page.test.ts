import { describe, expect, it } from 'vitest';
import { comparePlaces } from '../../../../src/filter/list-order.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../../../src/model/resources/properties.ts';
import { listOrder, stretchesAfter } from '../../../../src/stores/sql/page.ts';
import { refusal } from '../sqlite/support.ts';

const order = (property: string, descending: boolean) =>
  listOrder({ property, descending }, USER_PROPERTIES, 'no');
const sqlOf = (property: string, descending: boolean, value: number | null) =>
  stretchesAfter(order(property, descending), { value, key: 7 }).map(
    ({ sql, orderBy }) => `${sql} | ${orderBy}`,
  );

describe('the rows after a cursor', () => {
  it('by key are one range', () => {
    expect(sqlOf('id', false, null)).toEqual(['no > ? | no ASC']);
    expect(sqlOf('id', true, null)).toEqual(['no < ? | no DESC']);
  });

  it('after a null, ascending, are the other nulls and then all values', () => {
    expect(sqlOf('startedDateTime', false, null)).toEqual([
      'started_at_ms IS NULL AND no > ? | no ASC',
      'started_at_ms IS NOT NULL | started_at_ms ASC NULLS FIRST, no ASC',
    ]);
  });

  it('after a null, descending, are the other nulls', () => {
    expect(sqlOf('startedDateTime', true, null)).toEqual(['started_at_ms IS NULL AND no < ? | no DESC']);
  });

  it('after a value, ascending, are higher ones', () => {
    expect(sqlOf('startedDateTime', false, 5)).toEqual([
      '(started_at_ms, no) > (?, ?) | started_at_ms ASC NULLS FIRST, no ASC',
    ]);
  });

  it('after a value, descending, are lower ones and then all nulls', () => {
    expect(sqlOf('startedDateTime', true, 5)).toEqual([
      '(started_at_ms, no) < (?, ?) | started_at_ms DESC NULLS LAST, no DESC',
      'started_at_ms IS NULL | no DESC',
    ]);
  });

  it('without a cursor are all', () => {
    expect(stretchesAfter(order('startedDateTime', false), null)).toEqual([
      { sql: 'TRUE', params: [], orderBy: 'started_at_ms ASC NULLS FIRST, no ASC' },
    ]);
  });
});

it('an unknown property is an InvalidArgument', async () => {
  for (const property of ['constructor', 'subject/name', '']) {
    const error = await refusal('InvalidArgument', async () =>
      listOrder({ property, descending: false }, RUN_PROPERTIES, 'id'),
    );
    expect(error.details).toMatchObject({ field: 'orderBy', value: property });
  }
});

it('places are compared by value, nulls lowest, then by key', () => {
  const places = [
    { value: 2, key: 1 },
    { value: null, key: 3 },
    { value: 2, key: 0 },
    { value: null, key: 2 },
  ];
  const sorted = [places[3], places[1], places[2], places[0]];
  expect([...places].sort((a, b) => comparePlaces(false, a, b))).toEqual(sorted);
  expect([...places].sort((a, b) => comparePlaces(true, a, b))).toEqual(sorted.reverse());
});
