import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, mediaTypeOf, messageOf, partsOf } from '../../../../src/graph/batches/multipart.ts';

const read = (text: string, boundary = 'b', max = 20) =>
  partsOf(text, boundary, 'the batch', max).map(({ headers, content }) => [
    Object.fromEntries(headers),
    content,
  ]);

describe('a Content-Type', () => {
  it.each([
    ['multipart/mixed; boundary=batch_1', 'batch_1'],
    ['Multipart/Mixed;charset=utf-8; BOUNDARY="a b\'(c)+,./:=?"', "a b'(c)+,./:=?"],
    ['multipart/mixed;boundary=x;charset=utf-8', 'x'],
  ])('%s has its boundary', (type, boundary) => {
    expect(mediaTypeOf(type)).toBe('multipart/mixed');
    expect(boundaryOf(type)).toBe(boundary);
  });

  it.each([
    'multipart/mixed',
    'multipart/mixed; boundary=',
    'multipart/mixed; boundary="a "',
    `multipart/mixed; boundary=${'x'.repeat(71)}`,
    'multipart/mixed; boundary="ä"',
  ])('%s has none that can be used', (type) => {
    expect(() => boundaryOf(type)).toThrow('to name a boundary of 1 to 70 characters');
  });
});

describe('a text of parts', () => {
  it.each([
    [
      '--b\r\nA: 1\r\n\r\none\r\n--b\r\nA: 2\r\n\r\ntwo\r\n--b--\r\n',
      [
        [{ a: '1' }, 'one'],
        [{ a: '2' }, 'two'],
      ],
    ],
    ['--b\nA: 1\n\none\n--b--', [[{ a: '1' }, 'one']]],
    ['\r\n--b  \r\n\r\none\r\n\r\n--b--  \r\n\r\n', [[{}, 'one\r\n']]],
    ['--b\r\nA: 1\r\n--b--', [[{ a: '1' }, '']]],
    ['--b\r\n\r\n--b1\r\n--b--', [[{}, '--b1']]],
    ['--b\r\n\r\nx--b--\r\n--b--', [[{}, 'x--b--']]],
    ['--b--', []],
  ])('%j has the parts %j', (text, parts) => {
    expect(read(text)).toEqual(parts);
  });

  it.each([
    ['', 'to end with its boundary'],
    ['--b\r\n\r\none', 'to end with its boundary'],
    ['--c\r\n\r\none\r\n--c--', 'to end with its boundary'],
    ['before\r\n--b\r\n\r\none\r\n--b--', 'all its text between its boundaries'],
    ['--b\r\n\r\none\r\n--b--\r\nafter', 'all its text between its boundaries'],
    ['--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\ntwo\r\n--b--', 'all its text between its boundaries'],
    ['--b\r\nno header\r\n\r\none\r\n--b--', 'part 1 of the batch to begin with at most 64 headers'],
    ['--b\r\n: none\r\n\r\none\r\n--b--', 'part 1 of the batch to begin with'],
    ['--b\r\na b: none\r\n\r\none\r\n--b--', 'part 1 of the batch to begin with'],
    [`--b\r\n${'a: 1\r\n'.repeat(65)}\r\none\r\n--b--`, 'at most 64 headers'],
    [`${'--b\r\n'.repeat(9)}--b--`, 'at most 3 parts'],
  ])('%j is refused', (text, words) => {
    expect(() => read(text, 'b', 3)).toThrow(words);
  });

  it('is read as it was written, whatever its contents and boundary are', () => {
    const boundary = fc.stringMatching(/^[\w'()+,./:=?-]{1,70}$/).filter((text) => text.length <= 70);
    const content = fc
      .array(fc.constantFrom('x', '-', '--', '\r\n', ' ', 'ж', '--b', '{"a":1}'))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(boundary, fc.array(content, { maxLength: 5 }), (name, contents) => {
        fc.pre(contents.every((one) => !`\r\n${one}\r\n`.includes(`\n--${name}`)));
        const text = contents
          .map((one, index) => `--${name}\r\nContent-ID: ${index}\r\n\r\n${one}\r\n`)
          .join('');
        expect(read(`${text}--${name}--`, name)).toEqual(
          contents.map((one, index) => [{ 'content-id': String(index) }, one]),
        );
      }),
      { numRuns: 300, seed: 33 },
    );
  });
});

it('a message without headers has only its content', () => {
  expect(messageOf('\r\nbody', 'x')).toMatchObject({ content: 'body' });
  expect(messageOf('', 'x')).toMatchObject({ content: '' });
});
