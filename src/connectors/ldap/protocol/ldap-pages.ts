/**
 * Pages of a listing (RFC 2696). ldapts takes a page without entries for the last one and keeps the cookie of the next one to
 * itself; Active Directory gives such pages when a search takes long. So the cookie is read from what the server sends.
 */
import type { BerWriter, Control } from 'ldapts';
import type { Ldapts } from './ldapts.ts';

const PAGED_RESULTS = '1.2.840.113556.1.4.319';

/** The request for the page of a cookie; an empty one: the first page. */
export function pageControl({ BerWriter, Control }: Ldapts, size: number, cookie: Buffer): Control {
  class PageControl extends Control {
    protected override writeControl(writer: BerWriter): void {
      const value = new BerWriter();
      value.startSequence();
      value.writeInt(size);
      value.writeBuffer(cookie, 0x04);
      value.endSequence();
      writer.writeBuffer(value.buffer, 0x04);
    }
  }
  return new PageControl(PAGED_RESULTS);
}

/** Finds the cookies in what a server sends. */
export class PageCookies {
  readonly #ldapts: Ldapts;
  #rest: Buffer = Buffer.alloc(0);
  #last: Buffer = Buffer.alloc(0);

  constructor(ldapts: Ldapts) {
    this.#ldapts = ldapts;
  }

  /** The cookie of the last search that has ended; empty: there are no more pages. */
  get last(): Buffer {
    return this.#last;
  }

  /** @throws Error for what is no message of LDAP. */
  take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let end = this.#end(); end !== null; end = this.#end()) {
      this.#read(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
  }

  /** Where the first message ends; `null`: not all of it has come. */
  #end(): number | null {
    const reader = new this.#ldapts.BerReader(this.#rest);
    if (reader.readSequence() === null) return null;
    if (reader.length < 0) throw new Error('Expected a message of LDAP, got one without end');
    return reader.remain < reader.length ? null : reader.offset + reader.length;
  }

  #read(message: Buffer): void {
    const { BerReader, PagedResultsControl, ProtocolOperation, SearchResponse } = this.#ldapts;
    const reader = new BerReader(message);
    reader.readSequence();
    const messageId = reader.readInt() ?? 0;
    if (reader.readSequence() !== ProtocolOperation.LDAP_RES_SEARCH) return;
    const answer = new SearchResponse({ messageId });
    answer.parse(reader, []);
    const control = answer.controls?.find((one) => one instanceof PagedResultsControl);
    this.#last = control?.value?.cookie ?? Buffer.alloc(0);
  }
}
