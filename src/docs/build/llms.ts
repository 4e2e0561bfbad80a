/** `llms.txt`: the index of all pages for programs that read them (llmstxt.org). */
import { posix } from 'node:path';
import { GROUPS, type Page } from './pages.ts';

/** Where it lies, below the root. */
export const LLMS = 'src/llms.txt';

/** Its text. */
export function llmsText(pages: readonly Page[]): string {
  const [start] = pages;
  const groups = GROUPS.flatMap((group) => {
    const lines = pages
      .filter((page) => page.group === group)
      .map(({ path, title, summary }) => `- [${title}](${posix.relative('src', path)}): ${summary}`);
    return lines.length === 0 ? [] : [`## ${group}\n\n${lines.join('\n')}\n`];
  });
  return `# ${start?.title}

> ${start?.summary}

The package has all of these pages; \`npx tenure docs\` serves them offline, with search. Links are relative to this file.

${groups.join('\n')}`;
}
