import { escapeHidden } from '../../errors/shown.ts';
import type { Style } from './style.ts';

/**
 * An output stream of the process. Control characters are written as escapes (`\u001b`), since texts
 * contain data of files, arguments and handlers; only the style's own emphasis may control the terminal.
 */
export interface Output {
  /** Whether it is a terminal: progress and colours are for terminals only. */
  readonly isTerminal: boolean;
  /** Columns of the terminal; 100 for other streams. */
  readonly columns: number;
  readonly style: Style;
  /** The underlying stream, for a progress bar. */
  readonly stream: NodeJS.WriteStream;
  /** Whether nothing more can be written, because of {@link failure} or because the reader has closed the pipe. */
  readonly isClosed: boolean;
  /** Why writing failed; `null` also when the reader has closed the pipe (`| head`), which is not a failure. */
  readonly failure: Error | null;
  line(text?: string): void;
  /** Writes with backpressure. Resolves also when writing fails. */
  write(text: string): Promise<void>;
  /** Resolves when everything written has left the process. */
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
  // The callback of the failed write is called before the event.
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
