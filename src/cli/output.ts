import type { Style } from './style.ts';

/** A stream of the process that text goes to. */
export interface Output {
  /** Whether somebody watches it: a bar and colour are for eyes only. */
  readonly isTerminal: boolean;
  /** Columns of the terminal; 100 when it is none. */
  readonly columns: number;
  readonly style: Style;
  /** The stream itself, for a progress bar. */
  readonly stream: NodeJS.WriteStream;
  /** `true` when the reader has gone (`| head`): what is written now, nobody sees. */
  readonly isClosed: boolean;
  line(text?: string): void;
  /** Writes and waits while the reader is slower. Resolves also when he has gone. */
  write(text: string): Promise<void>;
  /** Resolves when all that was written has left the process. */
  flush(): Promise<void>;
}

const COLUMNS_DEFAULT = 100;

/** An output over a stream of the process. */
export function outputOn(stream: NodeJS.WriteStream, style: Style): Output {
  let isClosed = false;
  let resume: (() => void) | null = null;
  const wake = (): void => {
    resume?.();
    resume = null;
  };
  stream.on('error', () => {
    // EPIPE: the reader has seen enough. Other errors of an output leave nothing to do either.
    isClosed = true;
    wake();
  });
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
    line(text = '') {
      if (!isClosed) stream.write(`${text}\n`);
    },
    async write(text) {
      if (isClosed || stream.write(text)) return;
      await new Promise<void>((resolve) => {
        resume = resolve;
        if (isClosed) wake();
      });
    },
    async flush() {
      if (isClosed) return;
      await new Promise<void>((resolve) => {
        resume = resolve;
        stream.write('', () => resolve());
      });
    },
  };
}
