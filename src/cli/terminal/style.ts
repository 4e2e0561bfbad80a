/** Emphasis, or none. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  /** Replaces the marks by the escape sequences of the terminal. */
  render(text: string): string;
}

/**
 * Emphasis begins and ends with a mark that the output replaces by an escape sequence, so an escape character that
 * the output finds in a text comes from data and is shown as text. The marks are noncharacters, which Unicode
 * reserves for internal use.
 */
const SEQUENCE_BY_MARK: ReadonlyMap<string, string> = new Map([
  ['\ufdd0', '\u001b[1m'],
  ['\ufdd1', '\u001b[22m'],
  ['\ufdd2', '\u001b[2m'],
  ['\ufdd3', '\u001b[31m'],
  ['\ufdd4', '\u001b[32m'],
  ['\ufdd5', '\u001b[33m'],
  ['\ufdd6', '\u001b[39m'],
]);
const MARKS = /[\ufdd0-\ufdd6]/g;

const plain = (text: string): string => text;
const between =
  (on: string, off: string) =>
  (text: string): string =>
    text === '' ? '' : on + text + off;

const NONE: Style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, render: plain };
const MARKED: Style = {
  bold: between('\ufdd0', '\ufdd1'),
  dim: between('\ufdd2', '\ufdd1'),
  red: between('\ufdd3', '\ufdd6'),
  green: between('\ufdd4', '\ufdd6'),
  yellow: between('\ufdd5', '\ufdd6'),
  render: (text) => text.replace(MARKS, (mark) => SEQUENCE_BY_MARK.get(mark) ?? ''),
};

/** Colours on a terminal only, not with `NO_COLOR` (no-color.org) or `TERM=dumb`. */
export function styleFor(isTerminal: boolean, env: NodeJS.ProcessEnv): Style {
  const isWanted = isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
  return isWanted ? MARKED : NONE;
}

/** The visible text, without the marks of a style. */
export function withoutMarks(text: string): string {
  return text.replace(MARKS, '');
}
