/** Emphasis, or none. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const plain = (text: string): string => text;
const code =
  (on: number, off: number) =>
  (text: string): string =>
    text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;

const NONE: Style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
const ANSI: Style = {
  bold: code(1, 22),
  dim: code(2, 22),
  red: code(31, 39),
  green: code(32, 39),
  yellow: code(33, 39),
};

/** Colour on a terminal only, and never with `NO_COLOR` (no-color.org) or on a dumb one. */
export function styleFor(isTerminal: boolean, env: NodeJS.ProcessEnv): Style {
  const isWanted = isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
  return isWanted ? ANSI : NONE;
}
