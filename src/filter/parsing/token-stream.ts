import type { FilterLiteral } from '../../model/filter.ts';
import { LIMITS } from '../../model/limits.ts';
import { type FilterFault, filterError } from '../filter-error.ts';
import { nextToken, type Token } from './tokens.ts';

/** Common syntax of other languages and older OData, with what to write instead. */
const HABITS: Readonly<Record<string, string>> = {
  substringof: 'Write contains(property, text)',
  like: 'Write startsWith, endsWith or contains',
  matchespattern: 'Regular expressions are not supported; write startsWith, endsWith or contains',
  case: 'case is not supported; write the conditions with and, or and not',
  cast: 'Casts are not supported',
  isof: 'Types cannot be asked for',
  totaloffsetminutes: 'Moments have no time zone here: they are in UTC',
  hassubset: 'Write any or all',
  hassubsequence: 'Write any or all',
  between: 'Write x ge 1 and x le 9',
};

/** The tokens of a filter, one at a time, with helpers for the rules of the grammar. */
export class TokenStream {
  readonly text: string;
  /** The current token, not yet consumed. */
  #token: Token;
  /** Levels of nesting that are open; bounds the stack. */
  #depth = 0;

  constructor(text: string) {
    this.text = text;
    this.#token = nextToken(text, 0);
  }

  get current(): Token {
    return this.#token;
  }

  /** The token after the current one. */
  peek(): Token {
    return nextToken(this.text, this.#token.end);
  }

  is(kind: Token['kind']): boolean {
    return this.#token.kind === kind;
  }

  take(): void {
    this.#token = this.peek();
  }

  /** Consumes the token when it is one of these words, in any letter case. */
  takeOperator<Operator extends string>(operators: readonly Operator[]): Operator | null {
    const token = this.#token;
    if (token.kind !== 'name') return null;
    const word = token.name.toLowerCase();
    const operator = operators.find((one) => one === word);
    if (operator === undefined) return null;
    this.take();
    return operator;
  }

  takeName(): string {
    const token = this.#token;
    if (token.kind !== 'name') throw this.error({ expected: 'a name' });
    this.take();
    return token.name;
  }

  takeLiteral(): FilterLiteral {
    const token = this.#token;
    if (token.kind !== 'literal')
      throw this.error({ expected: 'a value in quotes, a number, a date or a GUID' });
    this.take();
    return token.literal;
  }

  takeMark(kind: Token['kind']): boolean {
    if (this.#token.kind !== kind) return false;
    this.take();
    return true;
  }

  expectMark(kind: Token['kind'], expected: string): void {
    if (!this.takeMark(kind)) throw this.error({ expected, ...this.habit() });
  }

  /**
   * Runs `parse` one level deeper.
   *
   * @throws LifecycleError `InvalidFilter` below `LIMITS.filterDepthMax` levels.
   */
  nested<T>(at: number, parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > LIMITS.filterDepthMax) throw tooDeep(this.text, at);
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  /** An error at `at`, or at the current token. */
  error(fault: FilterFault, at: number = this.#token.at): Error {
    return filterError(this.text, at, fault);
  }

  /** What to write instead of `word`, or of the current token. */
  habit(word: string = this.#token.kind === 'name' ? this.#token.name : ''): { readonly remedy?: string } {
    const remedy = Object.hasOwn(HABITS, word.toLowerCase()) ? HABITS[word.toLowerCase()] : undefined;
    return remedy === undefined ? {} : { remedy };
  }
}

/** The error for a filter that is nested too deep. */
export function tooDeep(text: string, at: number): Error {
  return filterError(text, at, {
    expected: `at most ${LIMITS.filterDepthMax} levels of nesting`,
    got: 'a deeper filter',
    details: { limit: 'filterDepthMax' },
  });
}
