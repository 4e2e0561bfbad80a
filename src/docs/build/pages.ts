/** The pages of documentation that the package ships: all of its Markdown, found by walking it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A page of Markdown. */
export interface Page {
  /** From the package's root: `src/engine/README.md`. */
  readonly path: string;
  readonly text: string;
  /** Its first heading, plain. */
  readonly title: string;
  /** The first sentence below the heading, plain. */
  readonly summary: string;
  readonly group: Group;
}

/** In the order in which lists have them. */
export const GROUPS = [
  'Start here',
  'Guides',
  'Recipes',
  'Formats and errors',
  'Reference',
  'The project',
  'Decisions',
] as const;
/** One of {@link GROUPS}. */
type Group = (typeof GROUPS)[number];

const GROUP_OF_FOLDER: Readonly<Record<string, Group>> = {
  'src/start': 'Start here',
  'src/recipes': 'Recipes',
  'src/formats': 'Formats and errors',
  'src/errors': 'Formats and errors',
  'src/reference': 'Reference',
  'src/decisions': 'Decisions',
};
const GROUP_OF_PAGE: Readonly<Record<string, Group>> = {
  'README.md': 'Start here',
  'CHANGELOG.md': 'The project',
  'bench/README.md': 'The project',
  'src/README.md': 'The project',
};

/** Folders of guides in the order in which most readers need them; others follow. */
const READING_ORDER = [
  'src/engine',
  'src/cli',
  'src/config',
  'src/dashboard',
  'src/telemetry',
  'src/stores/postgres',
  'src/graph',
  'src/connectors',
  'src/simulate',
  'src/testing',
  'src/ledger',
];

/** All pages, group by group; in a group, a folder's `README.md` comes first. */
export function readPages(root: string): readonly Page[] {
  const inSource = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `src/${name.replaceAll('\\', '/')}`);
  const pages = ['README.md', 'CHANGELOG.md', 'bench/README.md', ...inSource].map((path) =>
    pageOf(path, readFileSync(join(root, path), 'utf8')),
  );
  return GROUPS.flatMap((group) => pages.filter((page) => page.group === group).sort(inOrder));
}

function inOrder(one: Page, other: Page): number {
  const key = ({ path }: Page): string => path.replace('README.md', '\0');
  const place = ({ path }: Page): number => {
    const at = READING_ORDER.findIndex((folder) => path.startsWith(`${folder}/`));
    return at < 0 ? READING_ORDER.length : at;
  };
  return place(one) - place(other) || (key(one) < key(other) ? -1 : 1);
}

/** A page by its text. @throws Error when it has no heading. */
function pageOf(path: string, text: string): Page {
  const [, heading] = /^# (.*)$/m.exec(text) ?? [];
  if (heading === undefined) throw new Error(`Expected ${path} to have a heading, got none`);
  const below = text
    .slice(text.indexOf(`# ${heading}`) + heading.length + 2)
    .replace(/^```[\s\S]*?^```$/gm, '');
  const paragraph = below.split(/\n\s*\n/).find((part) => /^[\p{L}*`[]/u.test(part.trim())) ?? '';
  const plain = plainText(paragraph).replace(/^Context\. /, '');
  const folder = path.slice(0, path.lastIndexOf('/'));
  return {
    path,
    text,
    title: plainText(heading),
    summary: summaryOf(plain),
    group: GROUP_OF_PAGE[path] ?? GROUP_OF_FOLDER[folder] ?? 'Guides',
  };
}

/** The first sentence, or two when it is short; of a long one, what stands before its colon. */
function summaryOf(text: string): string {
  const [sentence = text] = /^.{30,}?\.(?= |$)/.exec(text) ?? [];
  if (sentence.length <= 200) return sentence;
  return (/^.{30,200}?[:;](?= )/.exec(sentence)?.[0] ?? sentence).replace(/[:;]$/, '.');
}

/** Markdown as text. */
function plainText(markdown: string): string {
  return markdown
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*|`|\\(?=<)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
