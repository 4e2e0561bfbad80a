/** What the docstrings of the package's entries do not say. */
import { Declarations, type Declared, entriesOf } from './declarations.ts';
import { docstringsOf } from './docstring.ts';
import { type Member, membersOf } from './signature.ts';

/** Interfaces of what callers give; `PlainTaskOptions` only says which option it does not have. */
const GIVEN = /(?:Options|Input|Patch|Settings|Policy)$/;
const WITHOUT = ['PlainTaskOptions.argumentsSchema'];

/** Exports without a text, options without one, and options that can be left out and do not say what then holds. */
export function undocumentedIn(root: string, dist: string): readonly string[] {
  const declarations = new Declarations();
  const all = [...entriesOf(root, dist).values()].flatMap((path) => declarations.exportsOf(path));
  return [...new Set(all.flatMap(missingIn))];
}

function missingIn(declared: Declared): readonly string[] {
  const { name } = declared;
  const hasText = docstringsOf(declared).some(({ text }) => text !== '');
  const options = GIVEN.test(name) ? membersOf(declared).flatMap((member) => missingOf(name, member)) : [];
  return [...(hasText ? [] : [`${name} has no docstring`]), ...options];
}

function missingOf(owner: string, { code, doc, members }: Member): readonly string[] {
  const [, name = code, isOptional] = /^'?([\w@.]+)'?(\?)?/.exec(code) ?? [];
  const path = `${owner}.${name}`;
  if (WITHOUT.includes(path) || name.startsWith('@odata')) return [];
  const text = [doc.text, ...doc.tags.map((tag) => tag.text)].join(' ');
  const inner = members.flatMap((member) => missingOf(path, member));
  if (text.trim() === '' && members.length === 0) return [`${path} has no docstring`];
  const saysDefault = /default|required|absent|omitted|without/i.test(text);
  return isOptional && !saysDefault ? [`${path} does not say its default`, ...inner] : inner;
}
