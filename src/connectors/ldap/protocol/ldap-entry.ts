import type { Entry } from 'ldapts';
import type { LdapValue } from './ldap-value.ts';

/** Attributes whose values are bytes, also where they happen to be text. */
export const BINARY_ATTRIBUTES: readonly string[] = ['objectGUID', 'objectSid', 'invocationId'];

/** An entry as the server has sent it: untrusted. Names of attributes are compared without letter case. */
export class LdapEntry {
  readonly dn: string;
  readonly #values = new Map<string, readonly LdapValue[]>();
  readonly #ranges = new Map<string, number>();

  constructor({ dn, ...attributes }: Entry) {
    this.dn = dn;
    for (const [name, value] of Object.entries(attributes)) {
      const values: readonly LdapValue[] = Array.isArray(value) ? value : [value];
      const [attribute = '', ...options] = name.toLowerCase().split(';');
      const range = options.map((option) => /^range=\d+-(\d+)$/.exec(option)?.[1]).find(Boolean);
      if (range !== undefined) this.#ranges.set(attribute, Number(range) + 1);
      this.#values.set(attribute, [...(this.#values.get(attribute) ?? []), ...values]);
    }
  }

  /** All values; none when the attribute is absent, or may not be read. */
  values(attribute: string): readonly LdapValue[] {
    return this.#values.get(attribute.toLowerCase()) ?? [];
  }

  /** All values that are text. */
  texts(attribute: string): readonly string[] {
    return this.values(attribute).filter((value) => typeof value === 'string');
  }

  /** The first value that is text; `null`: none. */
  text(attribute: string): string | null {
    return this.texts(attribute)[0] ?? null;
  }

  /** The first value as bytes; `null`: none. */
  bytes(attribute: string): Buffer | null {
    const [value] = this.values(attribute);
    if (value === undefined) return null;
    return Buffer.from(value as Uint8Array);
  }

  /** Where to go on reading an attribute that the server has sent a part of; `null`: it is whole. */
  rangeFrom(attribute: string): number | null {
    return this.#ranges.get(attribute.toLowerCase()) ?? null;
  }
}
