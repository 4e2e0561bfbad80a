import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePath, shortName } from '../../../../src/graph/protocol/path.ts';

describe('parsePath', () => {
  it.each([
    ['/a/b', ['a', 'b']],
    ["/a('b')", ['a', '(b)']],
    ["/a('it''s')/c", ['a', "(it's)", 'c']],
    ['/a(3)', ['a', '(3)']],
    ["/a(id='b')", ['a', '(b)']],
    ["/a('b%2Fc')", ['a', '(b/c)']],
    ['/a//b/', ['a', 'b']],
    ["/a('(x)')", ['a', '((x))']],
    ["/('a')", ['(a)']],
  ])('%s', (path, expected) => {
    expect(parsePath(path).map(({ text, isKey }) => (isKey ? `(${text})` : text))).toEqual(expected);
  });

  it.each([
    ['f()', {}],
    ['f(a=1,b=2)', { a: '1', b: '2' }],
    ['f( A = 1 , b=2 )', { a: '1', b: '2' }],
    ["f(a='x,y',b='it''s')", { a: 'x,y', b: "it's" }],
    ['f(a=2026-01-01T00%3A00%3A00Z)', { a: '2026-01-01T00:00:00Z' }],
  ])('reads the parameters of %s', (path, expected) => {
    const [step] = parsePath(path);
    expect(Object.fromEntries(step?.args ?? [])).toEqual(expected);
  });

  it.each(['%', '%FF', 'f(a)(b', 'f(a=1,a=2)', 'f(,)', "f('a)", 'f(a b)', 'x'.repeat(1_025)])(
    'refuses %s',
    (path) => {
      const read = () => parsePath(path);
      if (path === 'f(a)(b') expect(read().map(({ args }) => args)).toEqual([null]);
      else expect(read).toThrow(/^Expected/);
    },
  );

  it('gives back every key that is written in quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (key) => {
        const steps = parsePath(`/runs('${encodeURIComponent(key.replaceAll("'", "''"))}')`);
        expect(steps.map(({ text }) => text)).toEqual(['runs', key]);
        expect(steps[1]?.isKey).toBe(true);
      }),
      { seed: 20_261_124 },
    );
  });

  it('throws only its own refusals, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (path) => {
        try {
          parsePath(path);
        } catch (error) {
          expect(error).toMatchObject({ name: 'GraphError', status: 400 });
        }
      }),
      { seed: 20_261_124 },
    );
  });
});

it('the namespace may stand before a name', () => {
  expect(shortName('microsoft.graph.identityGovernance.summary')).toBe('summary');
  expect(shortName('MICROSOFT.GRAPH.IDENTITYGOVERNANCE.summary')).toBe('summary');
  expect(shortName('summary')).toBe('summary');
});
