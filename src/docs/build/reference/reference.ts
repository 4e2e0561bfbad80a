/** The reference: a page of Markdown for each entry of the package, made of its declarations. */
import { readFileSync } from 'node:fs';
import { anchorer } from '../anchors.ts';
import { Declarations, type Declared, entriesOf } from './declarations.ts';
import { type Docstring, docstringOfFile, docstringsOf, type Linker, link, markdownOf } from './docstring.ts';
import { codeOf, type Member, membersOf, mentionedBy } from './signature.ts';

/** Where the pages lie, below the root. */
export const REFERENCE = 'src/reference';

/** Pages that have every field of a type whose declaration says little: it is inferred from a schema, or used in files. */
const FORMATS: Readonly<Record<string, string>> = {
  Config: '../formats/configuration.md',
  Scenario: '../formats/scenario.md',
  WorkflowInput: '../formats/workflow.md',
};

const MADE = '<!-- made by `npm run reference`: do not edit -->';
const KINDS = ['Functions', 'Classes', 'Constants', 'Types', 'Further types'] as const;
type Kind = (typeof KINDS)[number];

/** What a page has a section for. */
interface Section {
  readonly declared: Declared;
  readonly kind: Kind;
  readonly page: string;
  readonly anchor: string;
}

/** An entry of the package, and what its page has. */
interface Entry {
  readonly name: string;
  readonly page: string;
  readonly about: Docstring;
  readonly sections: readonly Section[];
  /** What it exports and another page describes. */
  readonly elsewhere: readonly Section[];
}

/** The pages by their names, made from the declarations in `dist`. */
export function referenceOf(root: string, dist: string): ReadonlyMap<string, string> {
  const entries = readEntries(root, dist);
  return new Map([
    ['README.md', indexPage(entries.list)],
    ...entries.list.map((entry) => [entry.page, pageOf(entry, entries)] as const),
  ]);
}

/** All that is explained somewhere. */
interface Entries {
  readonly list: readonly Entry[];
  readonly declarations: Declarations;
  readonly sections: ReadonlyMap<string, Section>;
}

function readEntries(root: string, dist: string): Entries {
  const declarations = new Declarations();
  const files = [...entriesOf(root, dist)];
  const sections = new Map<string, Section>();
  const exported = new Set(files.flatMap(([, path]) => declarations.exportsOf(path).map(keyOf)));
  const list = files.map(([name, path]): Entry => {
    const page = `${name === 'tenure' ? name : name.replace('tenure/', '').replaceAll('/', '-')}.md`;
    const own: Section[] = [];
    const elsewhere = new Set<Section>();
    const add = (declared: Declared, kind: Kind): void => {
      const key = keyOf(declared);
      const known = sections.get(key);
      if (known) {
        if (known.page !== page && kind !== 'Further types') elsewhere.add(known);
        return;
      }
      const section = { declared, kind, page, anchor: '' };
      sections.set(key, section);
      own.push(section);
    };
    const all = declarations.exportsOf(path);
    for (const one of all) add(one, kindOf(one));
    for (const one of all) addMentioned(one);
    function addMentioned(one: Declared): void {
      for (const mentioned of mentionedBy(one)) {
        const found = declarations.meaningOf(mentioned, one.module);
        if (!found || exported.has(keyOf(found)) || sections.has(keyOf(found))) continue;
        add(found, 'Further types');
        addMentioned(found);
      }
    }
    const anchor = anchorer();
    anchor(name);
    const inOrder = KINDS.flatMap((kind) => {
      const ofKind = own.filter((one) => one.kind === kind).sort(byName);
      if (ofKind.length > 0) anchor(kind);
      return ofKind.map((one) => ({ ...one, anchor: anchor(one.declared.name) }));
    });
    for (const section of inOrder) sections.set(keyOf(section.declared), section);
    const about = docstringOfFile(readFileSync(path, 'utf8'));
    return { name, page, about, sections: inOrder, elsewhere: [...elsewhere] };
  });
  return { list, declarations, sections };
}

function keyOf({ module, name }: Declared): string {
  return `${module.path}#${name}`;
}

function byName(one: Section, other: Section): number {
  return one.declared.name.localeCompare(other.declared.name, 'en');
}

function kindOf({ nodes }: Declared): Kind {
  switch (nodes[0]?.type) {
    case 'TSDeclareFunction':
      return 'Functions';
    case 'ClassDeclaration':
      return 'Classes';
    case 'VariableDeclaration':
      return 'Constants';
    default:
      return 'Types';
  }
}

function indexPage(entries: readonly Entry[]): string {
  const rows = entries.map(({ name, page, about, sections }) => {
    const count = sections.filter(({ kind }) => kind !== 'Further types').length;
    return `| [\`${name}\`](${page}) | ${firstSentence(about.text, name)} | ${count} |`;
  });
  return `${MADE}

# Reference

Every function, class, constant and type that the package exports: how it is written, what it does, its defaults, the
errors that it throws, and examples, which are run by the tests. A page for each entry that a program can import:

| entry | what it has | exports |
| --- | --- | --- |
${rows.join('\n')}

Durations are in ms (\`DurationMs\`), moments of records in ms since 1970 (\`EpochMs\`), moments of resources in ISO 8601 with a
\`Z\`. All properties are read-only. A \`?\` behind a name says that it can be left out; its default then stands in its text. What the codes of
errors mean, and what to do: [errors](../errors/README.md).
`;
}

/** What an entry says of itself, without its name. */
function firstSentence(text: string, name: string): string {
  const plain = text.replace(/\s+/g, ' ').replace(`\`${name}\`: `, '');
  const [sentence = plain] = /^.*?\.(?= |$)/.exec(plain) ?? [];
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function pageOf({ name, page, about, sections, elsewhere }: Entry, entries: Entries): string {
  const lines = [MADE, '', `# ${name}`, ''];
  const pageLinker = linkerFor(page, null, entries);
  lines.push(
    markdownOf(
      about.text.replace(`\`${name}\`: `, '').replace(/^./, (c) => c.toUpperCase()),
      pageLinker,
    ),
    '',
  );
  for (const kind of KINDS) {
    const links = sections
      .filter((one) => one.kind === kind)
      .map(({ declared, anchor }) => `[\`${declared.name}\`](#${anchor})`);
    if (links.length > 0) lines.push(`**${kind}:** ${links.join(' · ')}`, '');
  }
  if (elsewhere.length > 0) {
    const links = elsewhere.map((one) => `[\`${one.declared.name}\`](${one.page}#${one.anchor})`);
    lines.push(`**Also exported here, and described with another entry:** ${links.join(' · ')}`, '');
  }
  for (const kind of KINDS) {
    const own = sections.filter((one) => one.kind === kind);
    if (own.length === 0) continue;
    lines.push(`## ${kind}`, '');
    if (kind === 'Further types')
      lines.push('Parts of the declarations above. They have no names that a program could import.', '');
    for (const section of own) lines.push(...sectionOf(section, entries), '');
  }
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function sectionOf({ declared, page, anchor }: Section, entries: Entries): readonly string[] {
  const { module } = declared;
  const linkTo = linkerFor(page, declared, entries);
  const lines = [`### ${declared.name}`, '', '```ts', codeOf(declared), '```', ''];
  for (const doc of docstringsOf(declared)) lines.push(...docLines(doc, linkTo));
  const format = FORMATS[declared.name];
  if (format !== undefined)
    lines.push(`Every field, with its bounds and default: [the format](${format}).`, '');
  const members = membersOf(declared);
  if (members.length > 0) lines.push(...members.flatMap((member) => memberLines(member, linkTo)), '');
  const types = [...mentionedBy(declared)].flatMap((name) => {
    const target = entries.declarations.meaningOf(name, module) && linkTo(name);
    return target === null || target === `#${anchor}` ? [] : [`[\`${name}\`](${target})`];
  });
  if (types.length > 0) lines.push(`Types: ${types.join(', ')}`, '');
  return lines;
}

function docLines({ text, tags }: Docstring, linkTo: Linker): readonly string[] {
  const of = (name: string) => tags.filter((tag) => tag.name === name);
  const lines = text === '' ? [] : [markdownOf(text, linkTo), ''];
  for (const tag of of('param')) {
    const [, name = '', about = ''] = /^(\w+)\s*-?\s*([\s\S]*)$/.exec(tag.text) ?? [];
    lines.push(`- \`${name}\`: ${indented(markdownOf(about, linkTo))}`);
  }
  if (of('param').length > 0) lines.push('');
  for (const tag of of('returns')) lines.push(`**Returns** ${markdownOf(tag.text, linkTo)}`, '');
  for (const tag of of('throws')) lines.push(`**Throws** ${thrown(tag.text, linkTo)}`, '');
  for (const tag of of('example')) lines.push('**Example**', '', tag.text, '');
  return lines;
}

function memberLines({ code, doc, members }: Member, linkTo: Linker): readonly string[] {
  const parts = [
    ...(doc.text === '' ? [] : [markdownOf(doc.text, linkTo)]),
    ...doc.tags.flatMap(({ name, text }) => {
      if (name === 'throws') return [`Throws ${thrown(text, linkTo)}`];
      return name === 'returns' ? [`Returns ${markdownOf(text, linkTo)}`] : [];
    }),
  ];
  const head = `- \`${code}\`${parts.length === 0 ? '' : '\\'}`;
  const inner = members.flatMap((member) => memberLines(member, linkTo)).map((line) => `  ${line}`);
  return [head, ...(parts.length === 0 ? [] : [`  ${indented(parts.join('\\\n'))}`]), ...inner];
}

/** `LifecycleError `InvalidArgument`, when …`: the class is a link. */
function thrown(text: string, linkTo: Linker): string {
  return markdownOf(text, linkTo).replace(/^\w+Error\b/, (name) => link(name, `\`${name}\``, linkTo));
}

function indented(text: string): string {
  return text.replace(/\n(?=.)/g, '\n  ');
}

/** Explains names as a declaration means them, and else by any entry that exports them. */
function linkerFor(
  page: string,
  declared: Declared | null,
  { declarations, sections, list }: Entries,
): Linker {
  return (name) => {
    const meant = declared && declarations.meaningOf(name, declared.module);
    const inOrder = [...list.filter((entry) => entry.page === page), ...list].flatMap(
      (entry) => entry.sections,
    );
    const section =
      (meant && sections.get(keyOf(meant))) ?? inOrder.find((one) => one.declared.name === name) ?? null;
    if (!section) return null;
    return section.page === page ? `#${section.anchor}` : `${section.page}#${section.anchor}`;
  };
}
