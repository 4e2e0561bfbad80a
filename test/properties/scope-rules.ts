/** Random scope rules about people, for directories that translate rules. */
import fc from 'fast-check';

export const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** What rules are about. */
export interface RuleParts {
  readonly attributes: readonly string[];
  /** Attributes that `startsWith` may be asked of. */
  readonly textAttributes: readonly string[];
  readonly text: fc.Arbitrary<string>;
  readonly literal: fc.Arbitrary<string>;
  /** Further conditions. */
  readonly others?: readonly fc.Arbitrary<string>[];
}

/** A rule of conditions that are compared, listed, begun, denied and joined. */
export function scopeRules({
  attributes,
  textAttributes,
  text,
  literal,
  others = [],
}: RuleParts): fc.Arbitrary<string> {
  const attribute = fc.constantFrom(...attributes);
  return fc.letrec<{ rule: string; leaf: string }>((tie) => ({
    leaf: fc.oneof(
      fc
        .tuple(attribute, fc.constantFrom('eq', 'ne'), literal)
        .map(([name, operator, value]) => `${name} ${operator} ${value}`),
      fc
        .tuple(attribute, fc.array(literal, { minLength: 1, maxLength: 3 }))
        .map(([name, values]) => `${name} in (${values.join(', ')})`),
      fc
        .tuple(fc.constantFrom(...textAttributes), text)
        .map(([name, start]) => `startsWith(${name}, ${quoted(start)})`),
      ...others,
    ),
    rule: fc.oneof(
      { depthSize: 'small' },
      tie('leaf'),
      tie('rule').map((inner) => `not (${inner})`),
      fc
        .tuple(fc.array(tie('rule'), { minLength: 2, maxLength: 3 }), fc.constantFrom(' and ', ' or '))
        .map(([parts, word]) => parts.map((part) => `(${part})`).join(word)),
    ),
  })).rule;
}
