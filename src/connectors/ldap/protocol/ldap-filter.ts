import type { Filter } from 'ldapts';
import { ConnectorError } from '../../kernel/connector-error.ts';
import type { Ldapts } from './ldapts.ts';

/** Matches integers that have all bits of a value. Active Directory's; OpenLDAP has it as well. */
const BIT_AND = '1.2.840.113556.1.4.803';

/**
 * A filter as a tree. It is sent in LDAP's binary form and never written as text, so that no value can change what it
 * asks for; only `text` is read as RFC 4515 has it, and comes from the options of a connection.
 */
export type LdapFilter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly LdapFilter[] }
  | { readonly kind: 'not'; readonly filter: LdapFilter }
  | { readonly kind: 'equals'; readonly attribute: string; readonly value: string | Buffer }
  | { readonly kind: 'startsWith'; readonly attribute: string; readonly value: string }
  | { readonly kind: 'atLeast'; readonly attribute: string; readonly value: string }
  | { readonly kind: 'present'; readonly attribute: string }
  | { readonly kind: 'hasBits'; readonly attribute: string; readonly bits: number }
  | { readonly kind: 'text'; readonly text: string };

/** The entries whose attribute has a value. */
export function equals(attribute: string, value: string | Buffer): LdapFilter {
  return { kind: 'equals', attribute, value };
}

/** The entries that all filters select. */
export function and(...filters: readonly LdapFilter[]): LdapFilter {
  return { kind: 'and', filters };
}

/** The entries that one filter at least selects. */
export function or(filters: readonly LdapFilter[]): LdapFilter {
  return { kind: 'or', filters };
}

/** The filter as ldapts sends it. @throws ConnectorError `refused` for a text that is no filter. */
export function toLdapts(ldapts: Ldapts, filter: LdapFilter): Filter {
  switch (filter.kind) {
    case 'and':
      return new ldapts.AndFilter({ filters: filter.filters.map((one) => toLdapts(ldapts, one)) });
    case 'or':
      return new ldapts.OrFilter({ filters: filter.filters.map((one) => toLdapts(ldapts, one)) });
    case 'not':
      return new ldapts.NotFilter({ filter: toLdapts(ldapts, filter.filter) });
    case 'equals':
      return new ldapts.EqualityFilter({ attribute: filter.attribute, value: filter.value });
    case 'startsWith':
      return new ldapts.SubstringFilter({ attribute: filter.attribute, initial: filter.value });
    case 'atLeast':
      return new ldapts.GreaterThanEqualsFilter({ attribute: filter.attribute, value: filter.value });
    case 'present':
      return new ldapts.PresenceFilter({ attribute: filter.attribute });
    case 'hasBits':
      return new ldapts.ExtensibleFilter({
        matchType: filter.attribute,
        rule: BIT_AND,
        value: String(filter.bits),
      });
    case 'text':
      return parse(ldapts, filter.text);
  }
}

function parse(ldapts: Ldapts, text: string): Filter {
  try {
    return ldapts.FilterParser.parseString(text);
  } catch (cause) {
    const message = `Expected a filter as RFC 4515 has it, got \`${text}\``;
    throw new ConnectorError('refused', message, { code: 'BadFilter', cause });
  }
}
