import { pathText } from '../../../filter/tree.ts';
import type { Filter, FilterExpression } from '../../../model/filter.ts';
import type { ScopeRule } from '../../../ports/directory.ts';
import { type RuleFilter, ruleFilter } from '../../kernel/rule-filter.ts';
import { DISABLED_BIT } from '../ldap-accounts.ts';
import type { LdapProfile } from '../ldap-server.ts';
import { equals, type LdapFilter, or } from '../protocol/ldap-filter.ts';

/** Values of one `in` that are asked for, at most. */
const VALUES_MAX = 100;

/**
 * Attributes that every server compares by a rule for text. Where there is no such rule a server takes a comparison for
 * unknown, and leaves out people that the rule of tenure selects.
 */
const TEXT_ATTRIBUTES = new Set(
  (
    'cn sn givenName displayName mail title employeeNumber employeeType departmentNumber o l st street postalCode ' +
    'physicalDeliveryOfficeName preferredLanguage uid'
  )
    .toLowerCase()
    .split(' '),
);
/** Those that Active Directory has beside them. */
const ACTIVE_DIRECTORY_TEXT = new Set(
  'employeeid department company division streetaddress co samaccountname userprincipalname'.split(' '),
);

type Server = Pick<LdapProfile, 'flavour' | 'attributes'>;
type Asked = Server & Pick<RuleFilter, 'keepsUnknown'>;

/**
 * A filter that selects everyone that a scope rule selects, and as few others as LDAP can tell; `null`: all. LDAP compares
 * without letter case and knows nothing of a missing value, so the engine examines the people once more, and the
 * opposite of a condition is never asked for.
 */
export function filterOfScope(rule: ScopeRule, { flavour, attributes }: Server): LdapFilter | null {
  const parsed = ruleFilter(rule);
  return parsed && translate(parsed.filter, { flavour, attributes, keepsUnknown: parsed.keepsUnknown });
}

function translate(filter: Filter, profile: Asked): LdapFilter | null {
  switch (filter.kind) {
    case 'and': {
      const parts = filter.operands.flatMap((one) => translate(one, profile) ?? []);
      return parts.length === 0 ? null : { kind: 'and', filters: parts };
    }
    case 'or': {
      const parts = filter.operands.map((one) => translate(one, profile));
      return parts.every((one) => one !== null) ? or(parts) : null;
    }
    case 'compare':
      return filter.operator === 'eq' ? comparison([filter.left, filter.right], profile) : null;
    case 'in': {
      if (filter.values.length > VALUES_MAX) return null;
      const parts = filter.values.map((value) => comparison([filter.operand, value], profile));
      return parts.every((one) => one !== null) ? or(parts) : null;
    }
    case 'truth':
      return filter.operand.kind === 'call' && filter.operand.name === 'startswith'
        ? beginning(filter.operand.args, profile)
        : null;
    default:
      return null;
  }
}

function comparison(sides: readonly FilterExpression[], profile: Asked): LdapFilter | null {
  const literal = sides.find((side) => side.kind === 'literal');
  const path = sides.find((side) => side.kind === 'path');
  if (!literal || !path) return null;
  const name = pathText(path.segments);
  if (literal.type === 'boolean' && name === 'accountEnabled' && profile.flavour === 'activeDirectory') {
    const disabled = { kind: 'hasBits', attribute: 'userAccountControl', bits: DISABLED_BIT } as const;
    return literal.value ? { kind: 'not', filter: disabled } : disabled;
  }
  const attribute = textAttribute(name, profile);
  return literal.type === 'string' && literal.value !== '' && attribute !== null
    ? equals(attribute, literal.value)
    : null;
}

function beginning([path, start]: readonly FilterExpression[], profile: Asked): LdapFilter | null {
  // Of people without the attribute it is unknown.
  if (profile.keepsUnknown || path?.kind !== 'path' || start?.kind !== 'literal' || start.type !== 'string')
    return null;
  const attribute = textAttribute(pathText(path.segments), profile);
  // Servers compare composed characters: with an accent behind it, the last character would be another one.
  const value = /^[ -~]+$/.test(start.value) ? start.value.slice(0, -1).trim() : '';
  return attribute === null || value === '' ? null : { kind: 'startsWith', attribute, value };
}

/** The attribute, where it is one that every server compares as text. */
function textAttribute(name: string, { attributes, flavour }: Asked): string | null {
  const attribute = attributes.get(name);
  const key = attribute?.toLowerCase() ?? '';
  const isText =
    TEXT_ATTRIBUTES.has(key) ||
    (flavour === 'activeDirectory' &&
      (ACTIVE_DIRECTORY_TEXT.has(key) || /^extensionattribute\d+$/.test(key)));
  return isText && attribute !== undefined ? attribute : null;
}
