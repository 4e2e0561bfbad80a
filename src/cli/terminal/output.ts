import { escapeHidden } from '../../errors/shown.ts';
import type { Style } from './style.ts';

/**
 * A stream of the process that text goes to. What a terminal obeys or hides is written as an escape (`\u001b`): texts
 * hold what files, arguments and handlers say, and only the style's own emphasis may move a terminal.
 */
export interface Output {
  /** Whether somebody watches it: a bar and colour are for eyes only. */
  readonly isTerminal: boolean;
  /** Columns of the terminal; 100 when it is none. */
  readonly columns: number;
  readonly style: Style;
  /** The stream itself, for a progress bar. */
  readonly stream: NodeJS.WriteStream;
  /** `true` when nothing can be written any more, because of {@link failure} or because the reader has gone. */
  readonly isClosed: boolean;
  /** Why writing failed; `null` also when the reader has gone (`| head`), which is no failure. */
  readonly failure: Error | null;
  line(text?: string): void;
  /** Writes and waits while the reader is slower. Resolves also when writing fails. */
  write(text: string): Promise<void>;
  /** Resolves when all that was written has left the process. */
  flush(): Promise<void>;
}

const COLUMNS_DEFAULT = 100;

/** A text as an {@link Output} writes it. */
export function safeText(text: string, style: Style): string {
  return style.render(
    text
      .split('\r\n')
      .map((line) => escapeHidden(line, '\n\t'))
      .join('\r\n'),
  );
}

/** An output over a stream of the process. */
export function outputOn(stream: NodeJS.WriteStream, style: Style): Output {
  let isClosed = false;
  let failure: Error | null = null;
  let resume: (() => void) | null = null;
  const wake = (): void => {
    resume?.();
    resume = null;
  };
  // Told to the callback of the write that failed first, and by the event only later.
  const failed = (error?: NodeJS.ErrnoException | null): void => {
    if (!error || isClosed) return;
    isClosed = true;
    if (error.code !== 'EPIPE') failure = error;
    wake();
  };
  stream.on('error', failed);
  stream.on('drain', wake);
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns || COLUMNS_DEFAULT;
    },
    style,
    stream,
    get isClosed() {
      return isClosed;
    },
    get failure() {
      return failure;
    },
    line(text = '') {
      if (!isClosed) stream.write(`${safeText(text, style)}\n`, failed);
    },
    async write(text) {
      if (isClosed || stream.write(safeText(text, style), failed)) return;
      await new Promise<void>((resolve) => {
        resume = resolve;
        if (isClosed) wake();
      });
    },
    async flush() {
      if (isClosed) return;
      await new Promise<void>((resolve) => {
        resume = resolve;
        stream.write('', (error) => {
          failed(error);
          resolve();
        });
      });
    },
  };
}
