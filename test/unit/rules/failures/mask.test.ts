import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/model/limits.ts';
import { type MaskedPerson, maskReason } from '../../../../src/rules/failures/mask.ts';

const ADA: MaskedPerson = { id: 'ada', displayName: 'Ada Lovelace' };
const mask = (reason: string, person: MaskedPerson = ADA) => maskReason(reason, person);

describe('a masked reason', () => {
  it.each<[string, string, string]>([
    ['the id of the person', 'no mail for ada', 'no mail for …'],
    ['the display name of the person, in any case', 'ADA LOVELACE has left', '… has left'],
    ['a mail address', 'ada.l+x@example.com is unknown', '… is unknown'],
    ['a GUID', 'group 3f2a0c1e-77aa-4b1c-8000-0123456789ab not found', 'group … not found'],
    ['numbers', 'timed out after 5000 ms in attempt 3', 'timed out after … ms in attempt …'],
    ['an id with digits', 'user u17 and EMP-004711', 'user … and EMP-…'],
    ['a hexadecimal id', 'request 0x8007203a failed', 'request … failed'],
    ['a quoted text', 'Expected `name` to be "new", got \'old\'', 'Expected `…` to be "…", got \'…\''],
    ['a text in typographic quotes', 'no group “Sales”', 'no group “…”'],
    ['a list of numbers', 'groups 12, 13, 14 and 15', 'groups … and …'],
    ['a list of quoted texts', 'no groups "Sales", "Berlin", "B"', 'no groups "…"'],
    ['a moment', 'until 2026-11-29T15:00:00.000Z', 'until …'],
    [
      'ids in a URL and its query',
      'GET https://x.org/users/ada/17?q=Sales&r=a failed',
      'GET https://x.org/users/…?… failed',
    ],
    ['line breaks and controls', 'no\r\n\tmail\u0000here', 'no mail here'],
  ])('has no %s', (_what, reason, masked) => {
    expect(mask(reason)).toBe(masked);
  });

  it.each([
    "It can't be done, it isn't allowed",
    'The mailbox is on hold; ask the administrators.',
    'adamant',
    '',
  ])('keeps %j, which has nothing of the person', (reason) => {
    expect(mask(reason)).toBe(reason);
  });

  it('keeps words of one or two letters that are the id of a person', () => {
    expect(mask('it is a b', { id: 'is' })).toBe('it is a b');
  });

  it('is cut at 200 characters', () => {
    const masked = mask('word '.repeat(100));
    expect(masked.length).toBeLessThanOrEqual(LIMITS.maskedReasonLengthMax);
    expect(masked.endsWith('…')).toBe(true);
  });

  it('is the same for two people with the same trouble', () => {
    const reason = ({ id, name, no }: { id: string; name: string; no: number }) =>
      `${name} (${id}, ${no}) has no licence ${no}-${id}`;
    const [one, two] = [
      { id: 'u-1', name: 'Ada Lovelace', no: 7 },
      { id: 'u-2000', name: 'Grace Hopper', no: 123_456 },
    ].map((who) => mask(reason(who), { id: who.id, displayName: who.name }));
    expect(one).toBe(two);
  });
});

/** Texts made of what the rules look for. */
const reason = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        'ada',
        'Ada Lovelace',
        'x@y',
        '7',
        '…',
        '"',
        "'",
        '`',
        '“',
        '”',
        ' ',
        ', ',
        '-',
        ':',
        '.',
        '/',
        '?q=',
        '#',
        'https://',
        'a',
        'B9',
        '\n',
        'ö',
        "don't",
        '(',
        ')',
        '@',
        '_',
        '🎈',
        'word'.repeat(40),
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join('')),
);
const person = fc.record({
  id: fc.oneof(fc.constantFrom('ada', 'x', '…', 'a.*', '"'), fc.string()),
  displayName: fc.oneof(fc.constant(undefined), fc.constant('Ada Lovelace'), fc.string(), fc.anything()),
});

describe('masking', () => {
  it('twice is masking once', () => {
    fc.assert(
      fc.property(reason, person, (text, who) => {
        const once = maskReason(text, who);
        expect(maskReason(once, who)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves at most 200 well-formed characters, without digits or controls', () => {
    fc.assert(
      fc.property(reason, person, (text, who) => {
        const masked = maskReason(text, who);
        expect(masked.length).toBeLessThanOrEqual(LIMITS.maskedReasonLengthMax);
        expect(masked.isWellFormed()).toBe(true);
        expect(masked).not.toMatch(/[\p{Cc}\p{N}]/u);
      }),
    );
  });

  it('of a text around ids gives the same, whatever the ids are', () => {
    const id = fc.oneof(
      fc.uuid(),
      fc.nat().map(String),
      fc.domain().map((domain) => `first.last@${domain}`),
    );
    fc.assert(
      fc.property(id, id, (one, two) => {
        const text = (what: string) => `no access to ${what} for now`;
        expect(mask(text(one))).toBe(mask(text(two)));
      }),
    );
  });
});
