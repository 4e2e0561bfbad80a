import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesOfGuid,
  bytesOfPassword,
  dnKey,
  escapeDnValue,
  generalizedTime,
  momentOfFileTime,
  momentOfGeneralizedTime,
  textOfGuid,
  textOfSid,
} from '../../../../../src/connectors/ldap/protocol/ldap-values.ts';

/** Reads a value of a distinguished name, as RFC 4514 §3 has it. */
function unescapeDnValue(text: string): string {
  return text.replace(/\\(?:00|(.))/gs, (_, one: string | undefined) => one ?? '\0');
}

describe('a value in a distinguished name', () => {
  it.each([
    ['Ana Núñez', 'Ana Núñez'],
    ['Núñez, Ana', 'Núñez\\, Ana'],
    ['#1', '\\#1'],
    [' a ', '\\ a\\ '],
    [' ', '\\ '],
    ['a+b="c"<d>;\\', 'a\\+b\\=\\"c\\"\\<d\\>\\;\\\\'],
    ['a\0b', 'a\\00b'],
  ])('%j is written %j', (value, text) => expect(escapeDnValue(value)).toBe(text));

  it('is one value, and the same one, whatever characters it has', () => {
    const unit = fc.constantFrom(',', '+', '"', '\\', '<', '>', ';', '=', '#', ' ', '\0', 'a', 'é');
    fc.assert(
      fc.property(fc.string({ unit }), (value) => {
        const text = escapeDnValue(value);
        expect(unescapeDnValue(text)).toBe(value);
        expect(text.replace(/\\./gs, '')).not.toMatch(/[,+"<>;=\0]/);
        expect(text).not.toMatch(/^[# ]/);
        expect(text).not.toMatch(/(?<!\\)(?:\\\\)* $/);
      }),
    );
  });

  it('makes names equal that servers write differently', () => {
    expect(dnKey('CN=Ana, OU=People,DC=Example')).toBe(dnKey('cn=ana,ou=people, dc=example'));
    expect(dnKey('cn=a\\, b')).not.toBe(dnKey('cn=a\\,b'));
  });
});

describe('a moment of LDAP', () => {
  it.each([
    ['20260105080000Z', '2026-01-05T08:00:00.000Z'],
    ['20260105080000.0Z', '2026-01-05T08:00:00.000Z'],
    ['20260105080000.123Z', '2026-01-05T08:00:00.123Z'],
    ['20260105080000+0130', '2026-01-05T06:30:00.000Z'],
    ['20260105080000-05', '2026-01-05T13:00:00.000Z'],
    ['2026010508Z', '2026-01-05T08:00:00.000Z'],
    ['202601050830Z', '2026-01-05T08:30:00.000Z'],
    ['2026010508.5Z', '2026-01-05T08:30:00.000Z'],
  ])('%s is %s', (text, iso) => expect(new Date(momentOfGeneralizedTime(text) ?? 0).toISOString()).toBe(iso));

  it.each(['', '2026-01-05', '20260105080000', '20261305080000Z', 'x20260105080000Z'])('%j is none', (text) =>
    expect(momentOfGeneralizedTime(text)).toBeNull(),
  );

  it('is written and read as the same second', () => {
    const date = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (moment) => {
        const ms = Math.floor(moment.getTime() / 1_000) * 1_000;
        expect(momentOfGeneralizedTime(generalizedTime(ms))).toBe(ms);
      }),
    );
  });

  it('of Active Directory counts from 1601, and has words for none and never', () => {
    expect(momentOfFileTime('134120736000000000')).toBe(Date.parse('2026-01-05T08:00:00Z'));
    expect(momentOfFileTime('116444736000000000')).toBe(0);
    for (const none of ['0', '9223372036854775807', '', 'never', '-1', '99999999999999999999'])
      expect(momentOfFileTime(none)).toBeNull();
  });
});

describe('ids of Active Directory', () => {
  it('are written as Microsoft writes them', () => {
    const bytes = Buffer.from('33221100554477668899aabbccddeeff', 'hex');
    expect(textOfGuid(bytes)).toBe('00112233-4455-6677-8899-aabbccddeeff');
    expect(bytesOfGuid('00112233-4455-6677-8899-AABBCCDDEEFF')).toEqual(bytes);
    expect(textOfSid(Buffer.from('010500000000000515000000a065cf7e784b9b5fe77c8770091c0100', 'hex'))).toBe(
      'S-1-5-21-2127521184-1604012920-1887927527-72713',
    );
  });

  it('are none where they are of another form', () => {
    expect(textOfGuid(Buffer.alloc(15))).toBeNull();
    expect(bytesOfGuid('00112233-4455-6677-8899')).toBeNull();
    expect(textOfSid(Buffer.alloc(0))).toBeNull();
    expect(textOfSid(Buffer.from([1, 5, 0, 0]))).toBeNull();
  });
});

it('a password of Active Directory is UTF-16 between quotation marks', () => {
  expect(bytesOfPassword('né').toString('hex')).toBe('22006e00e9002200');
});
