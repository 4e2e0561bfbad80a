/** The files that show a record. */
import { scaleChart, throughputChart } from './charts.ts';
import type { Found } from './record.ts';
import { speedTables, targetTable } from './tables.ts';

const BEGIN = '<!-- made by `npm run bench:table`: do not edit -->';
const END = '<!-- end of what was made -->';

/** New text of each file, by its path from the root of the repository. @param read returns the present text. */
export function generated(found: Found, read: (path: string) => string): Readonly<Record<string, string>> {
  return {
    'README.md': between(read('README.md'), speedTables(found)),
    'bench/README.md': between(read('bench/README.md'), targetTable(found)),
    'bench/results/throughput.svg': throughputChart(found),
    'bench/results/scale.svg': scaleChart(found),
  };
}

/** `text` with `content` between the two marks. @throws Error unless there is exactly one pair of marks. */
export function between(text: string, content: string): string {
  const [before, rest, ...more] = text.split(BEGIN);
  const [, after, ...evenMore] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined || more.length > 0 || evenMore.length > 0)
    throw new Error(`Expected \`${BEGIN}\` and \`${END}\` once each`);
  return `${before}${BEGIN}\n\n${content}\n\n${END}${after}`;
}
