/**
 * `$search`: OData's expressions of words and phrases with `AND`, `OR`, `NOT` and brackets, and Graph's
 * `property:words` in a phrase. Words of a phrase are found in any order and within other words, in any letter case,
 * as Graph finds them in directory objects.
 */
import { type FilterFault, filterError } from '../filter/filter-error.ts';
import { callSteps } from '../filter/index.ts';
import { LIMITS } from '../model/limits.ts';
import type { EntityType } from './edm.ts';
import { badRequest } from './graph-error.ts';
import type { Row } from './represent.ts';
import type { Spend } from './rows.ts';

type Expression =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] };

type Operator = 'AND' | 'OR' | 'NOT';

type Token =
  | { readonly kind: '(' | ')' | 'end'; readonly at: number; readonly end: number }
  | { readonly kind: 'operator'; readonly name: Operator; readonly at: number; readonly end: number }
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly at: number; readonly end: number };

const LENGTH_MAX = 1_024;
/** The property that is searched. */
const PROPERTY = 'displayName';
const BLANKS = /\s*/y;
const WORD = /[^\s()"]+/y;
/** A quote in a phrase has a backslash before it, and so has a backslash. */
const PHRASE = /"((?:[^"\\]|\\.)*)"/sy;
const OF_PROPERTY = /^([A-Za-z]\w*):(.*)$/s;

/**
 * A search as a test of rows.
 *
 * @throws GraphError 400 for a type that cannot be searched.
 * @throws LifecycleError `InvalidFilter` with the position of what is wrong.
 */
export function searchTest(text: string, type: EntityType, spend: Spend): (row: Row) => boolean {
  if (!type.isSearchable)
    throw badRequest(`The query option '$search' is not supported on type '${type.name}'.`);
  const expression = new SearchParser(text).parse();
  return (row) => {
    const value = row[PROPERTY];
    return fits(expression, typeof value === 'string' ? value.toLowerCase() : '', spend);
  };
}

function fits(expression: Expression, name: string, spend: Spend): boolean {
  switch (expression.kind) {
    case 'words':
      return expression.words.every((word) => {
        spend(callSteps('contains', [name, word]));
        return name.includes(word);
      });
    case 'not':
      return !fits(expression.operand, name, spend);
    case 'and':
      return expression.operands.every((operand) => fits(operand, name, spend));
    case 'or':
      return expression.operands.some((operand) => fits(operand, name, spend));
  }
}

/** Recursive descent: `NOT` binds tightest, then `AND`, which may be left out, then `OR`. */
class SearchParser {
  readonly #text: string;
  #token: Token;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.length > LENGTH_MAX)
      throw this.#refuse(LENGTH_MAX, { expected: `at most ${LENGTH_MAX} characters`, got: `${text.length}` });
    this.#token = this.#tokenAt(0);
  }

  parse(): Expression {
    const expression = this.#or();
    if (this.#token.kind === 'end') return expression;
    throw this.#refuse(this.#token.at, { expected: 'an opening bracket for the one here' });
  }

  #or(): Expression {
    const operands = [this.#and()];
    while (this.#takes('OR')) operands.push(this.#and());
    return operands.length === 1 && operands[0] ? operands[0] : { kind: 'or', operands };
  }

  #and(): Expression {
    const operands = [this.#not()];
    while (this.#takes('AND') || this.#startsOperand()) operands.push(this.#not());
    return operands.length === 1 && operands[0] ? operands[0] : { kind: 'and', operands };
  }

  #not(): Expression {
    const { at } = this.#token;
    if (!this.#takes('NOT')) return this.#primary();
    return { kind: 'not', operand: this.#nested(at, () => this.#not()) };
  }

  #primary(): Expression {
    const token = this.#token;
    if (token.kind === 'words') {
      this.#take();
      return { kind: 'words', words: token.words };
    }
    if (token.kind !== '(') throw this.#refuse(token.at, { expected: 'a word, a phrase in quotes or `(`' });
    this.#take();
    const inner = this.#nested(token.at, () => this.#or());
    if (this.#token.kind !== ')')
      throw this.#refuse(token.at, { expected: 'a closing bracket for the one here' });
    this.#take();
    return inner;
  }

  #startsOperand(): boolean {
    const { kind } = this.#token;
    return (
      kind === 'words' || kind === '(' || (this.#token.kind === 'operator' && this.#token.name === 'NOT')
    );
  }

  #takes(name: Operator): boolean {
    if (this.#token.kind !== 'operator' || this.#token.name !== name) return false;
    this.#take();
    return true;
  }

  #take(): void {
    this.#token = this.#tokenAt(this.#token.end);
  }

  #nested<T>(at: number, parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > LIMITS.filterDepthMax)
      throw this.#refuse(at, { expected: `at most ${LIMITS.filterDepthMax} levels of nesting` });
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #tokenAt(from: number): Token {
    BLANKS.lastIndex = from;
    BLANKS.exec(this.#text);
    const at = BLANKS.lastIndex;
    const character = this.#text.charAt(at);
    if (character === '') return { kind: 'end', at, end: at };
    if (character === '(' || character === ')') return { kind: character, at, end: at + 1 };
    if (character === '"') return this.#phraseAt(at, at, null);
    WORD.lastIndex = at;
    const word = WORD.exec(this.#text)?.[0] ?? '';
    const end = at + word.length;
    // Only in capitals: `and`, `or` and `not` are words.
    if (word === 'AND' || word === 'OR' || word === 'NOT') return { kind: 'operator', name: word, at, end };
    if (this.#text.charAt(end) !== '"') return { kind: 'words', words: this.#wordsOf(word, at), at, end };
    const [, property, rest] = OF_PROPERTY.exec(word) ?? [];
    if (property === undefined || rest !== '')
      throw this.#refuse(end, { expected: 'a blank before the quote' });
    return this.#phraseAt(at, end, property);
  }

  /** @param property what stands in front of the quote: `displayName:"a phrase"`. */
  #phraseAt(at: number, quote: number, property: string | null): Token {
    PHRASE.lastIndex = quote;
    const [whole, inside] = PHRASE.exec(this.#text) ?? [];
    if (whole === undefined || inside === undefined)
      throw this.#refuse(quote, { expected: 'a closing quote for the one here', got: 'the end' });
    const text = inside.replace(/\\(["\\])/g, '$1');
    const words = this.#wordsOf(property === null ? text : `${property}:${text}`, at);
    return { kind: 'words', words, at, end: quote + whole.length };
  }

  #wordsOf(text: string, at: number): readonly string[] {
    const [, property = PROPERTY, rest = text] = OF_PROPERTY.exec(text) ?? [];
    if (property !== PROPERTY) {
      throw this.#refuse(at, {
        expected: `${PROPERTY} before the colon, which is what can be searched`,
        got: `\`${property}\``,
        remedy: `For a text with a colon write "${PROPERTY}:…"`,
      });
    }
    const words = rest
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length > 0) return words;
    throw this.#refuse(at, { expected: 'a word to search for', got: 'none' });
  }

  #refuse(at: number, fault: FilterFault): Error {
    return filterError(this.#text, at, { ...fault, details: { field: '$search' } });
  }
}
