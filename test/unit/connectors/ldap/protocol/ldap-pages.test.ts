import fc from 'fast-check';
import * as ldapts from 'ldapts';
import { describe, expect, it } from 'vitest';
import { PageCookies, pageControl } from '../../../../../src/connectors/ldap/protocol/ldap-pages.ts';

/** The end of a search, with the cookie of the next page; `null`: without the control. */
function searchEnd(cookie: Buffer | null): Buffer {
  const writer = new ldapts.BerWriter();
  writer.startSequence();
  writer.writeInt(7);
  writer.startSequence(ldapts.ProtocolOperation.LDAP_RES_SEARCH);
  writer.writeEnumeration(0);
  writer.writeString('');
  writer.writeString('');
  writer.endSequence();
  if (cookie !== null) {
    writer.startSequence(ldapts.ProtocolOperation.LDAP_CONTROLS);
    pageControl(ldapts, 0, cookie).write(writer);
    writer.endSequence();
  }
  writer.endSequence();
  return writer.buffer;
}

/** An entry whose message is of some length. */
function entry(length: number): Buffer {
  const writer = new ldapts.BerWriter();
  writer.startSequence();
  writer.writeInt(7);
  writer.startSequence(ldapts.ProtocolOperation.LDAP_RES_SEARCH_ENTRY);
  writer.writeString('x'.repeat(length));
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}

describe('the cookie of the next page', () => {
  it('is found behind any entries, wherever what is sent is cut', () => {
    const cookies = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: null });
    const pages = fc.array(fc.tuple(fc.array(fc.nat(1_000), { maxLength: 3 }), cookies), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(pages, fc.integer({ min: 1, max: 400 }), (sent, size) => {
        const found = new PageCookies(ldapts);
        for (const [lengths, cookie] of sent) {
          const bytes = Buffer.concat([...lengths.map(entry), searchEnd(cookie && Buffer.from(cookie))]);
          for (let from = 0; from < bytes.length; from += size) found.take(bytes.subarray(from, from + size));
          expect(found.last).toEqual(Buffer.from(cookie ?? []));
        }
      }),
    );
  });

  it('is not looked for in what is no message', () => {
    for (const bytes of ['3084ffffffff', '300361626330', '3080'])
      expect(() => new PageCookies(ldapts).take(Buffer.from(bytes, 'hex'))).toThrow(Error);
  });
});

it('the request for a page has its size and the cookie', () => {
  const writer = new ldapts.BerWriter();
  pageControl(ldapts, 500, Buffer.from([1, 2])).write(writer);
  const read = ldapts.ControlParser.parse(new ldapts.BerReader(writer.buffer), []);
  expect(read).toMatchObject({
    type: '1.2.840.113556.1.4.319',
    value: { size: 500, cookie: Buffer.from([1, 2]) },
  });
});
