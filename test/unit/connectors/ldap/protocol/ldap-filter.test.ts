import fc from 'fast-check';
import * as ldapts from 'ldapts';
import { describe, expect, it } from 'vitest';
import {
  and,
  equals,
  type LdapFilter,
  or,
  toLdapts,
} from '../../../../../src/connectors/ldap/protocol/ldap-filter.ts';

/** What a server reads of a filter. */
function received(filter: LdapFilter): ldapts.Filter {
  const writer = new ldapts.BerWriter();
  toLdapts(ldapts, filter).write(writer);
  const reader = new ldapts.BerReader(writer.buffer);
  return ldapts.FilterParser.parse(reader);
}

const value = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.string({
    unit: fc.constantFrom('*', '(', ')', '\\', '\0', '=', '&', '|', '!', 'a', '2', '8'),
    minLength: 1,
  }),
);

describe('a filter', () => {
  it('has each value whole, whatever characters it has', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const people = { kind: 'text', text: '(objectClass=person)' } as const;
        const filter = and(people, or([equals('uid', one), equals('mail', other)]));
        expect(received(filter)).toEqual(
          new ldapts.AndFilter({
            filters: [
              new ldapts.EqualityFilter({ attribute: 'objectclass', value: 'person' }),
              new ldapts.OrFilter({
                filters: [
                  new ldapts.EqualityFilter({ attribute: 'uid', value: one }),
                  new ldapts.EqualityFilter({ attribute: 'mail', value: other }),
                ],
              }),
            ],
          }),
        );
      }),
    );
  });

  it('has the beginning of a value whole', () => {
    fc.assert(
      fc.property(value, (start) => {
        expect(received({ kind: 'startsWith', attribute: 'cn', value: start })).toEqual(
          new ldapts.SubstringFilter({ attribute: 'cn', initial: start, any: [], final: '' }),
        );
      }),
    );
  });

  it('asks for bits, for what is at least a value, for presence and for opposites', () => {
    expect(
      toLdapts(ldapts, {
        kind: 'not',
        filter: { kind: 'hasBits', attribute: 'userAccountControl', bits: 2 },
      }).toString(),
    ).toBe('(!(userAccountControl:1.2.840.113556.1.4.803:=2))');
    expect(toLdapts(ldapts, { kind: 'atLeast', attribute: 'uSNChanged', value: '7' }).toString()).toBe(
      '(uSNChanged>=7)',
    );
    expect(toLdapts(ldapts, { kind: 'present', attribute: 'mail' }).toString()).toBe('(mail=*)');
  });

  it('of the options is refused when it is none', () => {
    expect(() => toLdapts(ldapts, { kind: 'text', text: '(uid=' })).toThrow(
      expect.objectContaining({
        kind: 'refused',
        message: 'Expected a filter as RFC 4515 has it, got `(uid=`',
      }),
    );
  });
});
