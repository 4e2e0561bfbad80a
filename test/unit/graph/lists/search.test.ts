import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchTest } from '../../../../src/graph/lists/search.ts';
import { RUN, WORKFLOW } from '../../../../src/graph/schema/entity-types.ts';
import { makeWorkflow, openApi } from '../../../graph/support.ts';

const NAMES = [
  'Milk run',
  'Cheese run',
  'Not milk',
  'Onboard new hire',
  'Offboard or leave',
  'Green Milk and Cheese',
  'Say "hello"',
  'Shift 10:30',
  'Back\\slash',
];

function found(search: string): readonly string[] {
  const test = searchTest(search, WORKFLOW, () => {});
  return NAMES.filter((displayName) => test({ displayName }));
}

describe('$search', () => {
  it.each([
    ['milk', ['Milk run', 'Not milk', 'Green Milk and Cheese']],
    ['"milk"', ['Milk run', 'Not milk', 'Green Milk and Cheese']],
    ['displayName:milk', ['Milk run', 'Not milk', 'Green Milk and Cheese']],
    [
      '"displayName:Milk" OR "displayName:Cheese"',
      ['Milk run', 'Cheese run', 'Not milk', 'Green Milk and Cheese'],
    ],
    [
      'NOT Milk',
      ['Cheese run', 'Onboard new hire', 'Offboard or leave', 'Say "hello"', 'Shift 10:30', 'Back\\slash'],
    ],
    ['milk AND cheese', ['Green Milk and Cheese']],
    ['milk cheese', ['Green Milk and Cheese']],
    ['"cheese milk"', ['Green Milk and Cheese']],
    ['milk AND NOT cheese', ['Milk run', 'Not milk']],
    ['milk NOT cheese', ['Milk run', 'Not milk']],
    // NOT binds tighter than AND, and AND than OR.
    ['cheese OR milk AND NOT green', ['Milk run', 'Cheese run', 'Not milk', 'Green Milk and Cheese']],
    ['(cheese OR milk) AND NOT green', ['Milk run', 'Cheese run', 'Not milk']],
    ['NOT (milk OR run) AND on', ['Onboard new hire']],
    ['NOT NOT green', ['Green Milk and Cheese']],
    ['NOT(milk)AND(leave)', ['Offboard or leave']],
    // Operators are in capitals and outside of quotes; anything else is a word.
    ['not milk', ['Not milk']],
    ['Offboard or leave', ['Offboard or leave']],
    ['"NOT" AND milk', ['Not milk']],
    ['displayName:"run milk"', ['Milk run']],
    ['"say \\"hello\\""', ['Say "hello"']],
    ['"back\\\\slash"', ['Back\\slash']],
    ['10:30', ['Shift 10:30']],
    ['"displayName:10:30"', ['Shift 10:30']],
  ])('%s finds %j', (search, names) => {
    expect(found(search)).toEqual(names);
  });

  it.each([
    ['"milk', 0, 'a closing quote'],
    ['run AND "milk', 8, 'a closing quote'],
    ['displayName:"milk', 12, 'a closing quote'],
    ['mil"k"', 3, 'a blank before the quote'],
    ['(milk', 0, 'a closing bracket'],
    ['milk)', 4, 'an opening bracket'],
    ['()', 1, 'a word'],
    ['', 0, 'a word'],
    ['AND milk', 0, 'a word'],
    ['milk AND', 8, 'a word'],
    ['milk OR OR run', 8, 'a word'],
    ['NOT', 3, 'a word'],
    ['""', 0, 'a word to search for'],
    ['displayName:', 0, 'a word to search for'],
    ['"description:milk"', 0, 'displayName before the colon'],
    ['run AND mail:milk', 8, 'displayName before the colon'],
    ['('.repeat(65), 64, 'levels of nesting'],
    ['x'.repeat(1_025), 1_024, 'at most 1024 characters'],
  ])('%s is refused at %i', (search, position, words) => {
    expect(() => searchTest(search, WORKFLOW, () => {})).toThrow(
      expect.objectContaining({
        code: 'InvalidFilter',
        message: expect.stringContaining(words),
        details: expect.objectContaining({ position, field: '$search' }),
      }),
    );
  });

  it('counts what it searches', () => {
    let steps = 0;
    const test = searchTest('milk OR cheese', WORKFLOW, (more) => {
      steps += more;
    });
    test({ displayName: 'Cheese run' });
    expect(steps).toBe(10 * 2 + 4 + 10 * 2 + 6);
  });
});

/** An expression: what is written, and what it finds. */
interface Search {
  readonly text: string;
  readonly fits: (name: string) => boolean;
}

const WORDS = ['milk', 'run', 'Cheese', 'or', 'not', 'new', 'zzz', 'AND'];
const has = (word: string) => (name: string) => name.toLowerCase().includes(word.toLowerCase());

const search: fc.Arbitrary<Search> = fc.letrec<{ search: Search }>((tie) => ({
  search: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc
      .constantFrom(...WORDS.slice(0, -1))
      .chain((word) =>
        fc.constantFrom(word, `displayName:${word}`).map((text) => ({ text, fits: has(word) })),
      ),
    fc
      .tuple(
        fc.constantFrom('', 'displayName:'),
        fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }),
      )
      .map(([property, words]) => ({
        text: `"${property}${words.join(' ')}"`,
        fits: (name: string) => words.every((word) => has(word)(name)),
      })),
    tie('search').map(({ text, fits }) => ({ text: `NOT (${text})`, fits: (name: string) => !fits(name) })),
    fc.tuple(tie('search'), fc.constantFrom(' AND ', ' '), tie('search')).map(([left, operator, right]) => ({
      text: `(${left.text})${operator}(${right.text})`,
      fits: (name: string) => left.fits(name) && right.fits(name),
    })),
    fc.tuple(tie('search'), tie('search')).map(([left, right]) => ({
      text: `((${left.text}) OR (${right.text}))`,
      fits: (name: string) => left.fits(name) || right.fits(name),
    })),
  ),
})).search;

it('a search finds what each part of it says', () => {
  fc.assert(
    fc.property(search, ({ text, fits }) => {
      fc.pre(text.length <= 1_024);
      expect(found(text)).toEqual(NAMES.filter(fits));
    }),
    { numRuns: 500, seed: 27 },
  );
});

it('is refused in a way of its own, whatever it is', () => {
  const token = fc.constantFrom(
    '(',
    ')',
    '"',
    'AND',
    'OR',
    'NOT',
    ' ',
    'milk',
    'displayName:',
    '\\',
    ':',
    'ж',
  );
  fc.assert(
    fc.property(
      fc.array(token).map((tokens) => tokens.join('')),
      (text) => {
        try {
          searchTest(text, WORKFLOW, () => {})({ displayName: 'Milk run' });
        } catch (error) {
          expect(error).toMatchObject({ code: 'InvalidFilter', details: { position: expect.any(Number) } });
        }
      },
    ),
    { numRuns: 500, seed: 27 },
  );
});

it('over HTTP it answers, counts and refuses with a position', async () => {
  const api = await openApi();
  for (const name of NAMES.slice(0, 6)) await makeWorkflow(api, name);
  const names = async (text: string): Promise<readonly string[]> =>
    (await api.get(`/workflows?$search=${encodeURIComponent(text)}`)).body.value
      .map(({ displayName }: { displayName: string }) => displayName)
      .sort();
  expect(await names('"displayName:Milk" OR "displayName:Cheese"')).toEqual([
    'Cheese run',
    'Green Milk and Cheese',
    'Milk run',
    'Not milk',
  ]);
  expect(await names('NOT Milk')).toEqual(['Cheese run', 'Offboard or leave', 'Onboard new hire']);
  expect((await api.get('/workflows/$count?$search=milk')).body).toBe('3');
  const { status, body } = await api.get('/workflows?$search="milk');
  expect(status).toBe(400);
  expect(body.error).toMatchObject({
    target: '$search',
    details: [{ code: 'FilterPosition', message: '0' }],
  });
  const definitions = await api.get('/taskDefinitions?$search="group"');
  expect(definitions.status).toBe(200);
  expect(definitions.body.value.length).toBeGreaterThan(1);
  expect(() => searchTest('x', RUN, () => {})).toThrow("not supported on type 'run'");
  await api.engine.close();
});
