/** What the docstrings of the package's entries do not say. */
import { Declarations, type Declared, entriesOf } from './declarations.ts';
import { docstringsOf } from './docstring.ts';
import { type Member, membersOf, mentionedBy } from './signature.ts';

/** Interfaces of what callers give; `PlainTaskOptions` only says which option it does not have. */
const GIVEN = /(?:Options|Input|Patch|Settings|Policy)$/;
const WITHOUT = ['PlainTaskOptions.argumentsSchema'];

/** Exports without a text; and options, also of types that exports mention, without one or without their default. */
export function undocumentedIn(root: string, dist: string): readonly string[] {
  const declarations = new Declarations();
  const exported = [...entriesOf(root, dist).values()].flatMap((path) => declarations.exportsOf(path));
  const all = new Map<string, Declared>();
  const collect = (declared: Declared): void => {
    const key = `${declared.module.path}#${declared.name}`;
    if (all.has(key)) return;
    all.set(key, declared);
    for (const name of mentionedBy(declared)) {
      const meant = declarations.meaningOf(name, declared.module);
      if (meant) collect(meant);
    }
  };
  exported.forEach(collect);
  const bare = exported.filter((one) => docstringsOf(one).every(({ text }) => text === ''));
  const given = [...all.values()].filter(({ name }) => GIVEN.test(name));
  return [
    ...bare.map(({ name }) => `${name} has no docstring`),
    ...given.flatMap((one) => membersOf(one).flatMap((member) => missingOf(one.name, member))),
  ];
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
