/** Docstrings, and the Markdown that they become. */
import type { Declared } from './declarations.ts';

/** What stands above a declaration. */
export interface Docstring {
  /** Markdown; empty: there is none. */
  readonly text: string;
  /** By tag, in the order of the text: `throws`, `returns`, `param`, `example`. */
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

/** The docstring that ends right before a place in a text. */
export function docstringBefore(text: string, start: number): Docstring {
  const above = text.slice(0, start).trimEnd();
  if (!above.endsWith('*/')) return { text: '', tags: [] };
  const from = above.lastIndexOf('/*');
  return above.startsWith('/**', from) ? parse(above.slice(from + 3, -2)) : { text: '', tags: [] };
}

/** Those of a name's declarations. They stand before `export declare`, which the node of a declaration does not have. */
export function docstringsOf({ module: { text }, nodes }: Declared): readonly Docstring[] {
  return nodes.map(({ start }) => {
    const [words = ''] = /(?:export )?(?:declare )?(?:abstract )?$/.exec(text.slice(0, start)) ?? [];
    return docstringBefore(text, start - words.length);
  });
}

/** The docstring that a file begins with. */
export function docstringOfFile(text: string): Docstring {
  const [, comment = ''] = /^\s*(?:\/\/.*\n\s*)*\/\*\*([\s\S]*?)\*\//.exec(text) ?? [];
  return parse(comment);
}

function parse(comment: string): Docstring {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*(?: |$)/, '').trimEnd());
  const parts: { name: string; lines: string[] }[] = [{ name: '', lines: [] }];
  let isCode = false;
  for (const line of lines) {
    if (line.trimStart().startsWith('```')) isCode = !isCode;
    const [, name, rest = ''] = (!isCode && /^\s*@(\w+)\s*(.*)$/.exec(line)) || [];
    if (name === undefined) parts.at(-1)?.lines.push(line);
    else parts.push({ name, lines: [rest] });
  }
  const [first, ...tags] = parts.map(({ name, lines }) => ({ name, text: dedented(lines).trim() }));
  return { text: first?.text ?? '', tags };
}

/** Without the indent that all lines but the first have. */
function dedented([first = '', ...rest]: readonly string[]): string {
  const indents = rest.filter((line) => line !== '').map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents, 99);
  return [first.trim(), ...rest.map((line) => line.slice(indent))].join('\n');
}

/** Where a name is explained; `null`: nowhere. */
export type Linker = (name: string) => string | null;

/** A docstring's text as Markdown: its links lead somewhere, and `<` begins no element. */
export function markdownOf(text: string, linkTo: Linker): string {
  return outsideCode(text, (plain) =>
    plain
      .replace(/</g, '\\<')
      .replace(/\{@link\s+([\w.]+)(?:\s*\|\s*([^}]+))?\}/g, (_, name: string, shown?: string) =>
        link(name, shown ?? `\`${name}\``, linkTo),
      ),
  );
}

/** A name as a link to its explanation. */
export function link(name: string, shown: string, linkTo: Linker): string {
  const target = linkTo(name.split('.')[0] ?? name);
  return target === null ? shown : `[${shown}](${target})`;
}

function outsideCode(text: string, change: (plain: string) => string): string {
  return text
    .split(/(```[\s\S]*?```|`[^`]*`)/)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}
