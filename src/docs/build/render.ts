/** Markdown as HTML, and as what the search looks into. */
import { Marked, type Token, type Tokens } from 'marked';
import { escaped } from '../html.ts';
import type { DocsPage, DocsSection } from '../model.ts';
import { anchorer } from './anchors.ts';
import type { Page } from './pages.ts';

/** A page as it is served, and its sections for the search. */
export interface Rendered {
  readonly page: DocsPage;
  readonly sections: readonly DocsSection[];
}

/** @throws Error for HTML in the Markdown: pages are Markdown only. */
export function rendered({ path, title, summary, group, text }: Page): Rendered {
  const anchors = new Map<Token, string>();
  const anchorOf = anchorer();
  const headings: [string, string][] = [];
  const marked = new Marked({
    renderer: {
      heading(token) {
        const anchor = anchors.get(token) ?? '';
        const html = this.parser.parseInline(token.tokens);
        return `<h${token.depth} id="${anchor}">${html}</h${token.depth}>\n`;
      },
      // Wide ones are scrolled, also by keys.
      table(token) {
        const row = (cells: readonly Tokens.TableCell[], tag: string): string =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
        const body = token.rows.map((cells) => row(cells, 'td')).join('');
        return `<div class="wide" tabindex="0" role="region" aria-label="Table"><table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      code: ({ text }) =>
        `<pre tabindex="0" role="region" aria-label="Code"><code>${escaped(text)}</code></pre>\n`,
      html({ text }) {
        if (/^\s*<!--[\s\S]*-->\s*$/.test(text)) return '';
        throw new Error(`Expected ${path} to be Markdown only, got ${text.trim().slice(0, 80)}`);
      },
    },
  });
  const tokens = marked.lexer(text);
  const sections: { id: string; title: string; heading: string; texts: string[] }[] = [];
  for (const token of tokens) {
    if (token.type === 'heading') {
      const anchor = anchorOf(token.text as string);
      anchors.set(token, anchor);
      const heading = plain(token);
      if (token.depth === 2) headings.push([anchor, heading]);
      sections.push({ id: `${path}#${anchor}`, title, heading, texts: [] });
    } else sections.at(-1)?.texts.push(plain(token));
  }
  return {
    page: { path, title, summary, group, html: marked.parser(tokens), headings },
    sections: sections.map(({ texts, ...rest }) => ({ ...rest, text: texts.join(' ').replace(/\s+/g, ' ') })),
  };
}

/** The text of a token, without marks. */
function plain(token: Token): string {
  if (token.type === 'html') return '';
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table;
    return [header, ...rows].flatMap((row) => row.map((cell) => cell.tokens.map(plain).join(''))).join(' ');
  }
  if (token.type === 'list') return (token as Tokens.List).items.map(plain).join(' ');
  const { tokens } = token as { readonly tokens?: readonly Token[] };
  if (tokens) return tokens.map(plain).join(token.type === 'list_item' ? ' ' : '');
  return 'text' in token ? unescaped(String(token.text)) : ' ';
}

function unescaped(text: string): string {
  return text.replace(/&(?:lt|gt|quot|amp|#39);/g, (one) => ENTITIES[one] ?? one);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&amp;': '&',
  '&#39;': "'",
};
