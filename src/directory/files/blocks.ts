import { isUtf8 } from 'node:buffer';
import { invalidFile } from './file-error.ts';
import type { SourceFile } from './source-file.ts';

/** Bytes of a read: parsing one block holds the host's event loop for 1–3 ms. */
const BLOCK_BYTES = 64 * 1_024;
/** Bytes of one record: a quote that is never closed must not swallow a large file into memory. */
const RECORD_BYTES_MAX = 1_024 * 1_024;

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** Whole records of a file. */
export interface Block {
  readonly bytes: Buffer;
  /** Position in the file of `bytes[0]`. */
  readonly position: number;
  /** Where records start in `bytes`; a record's content ends before its line break. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Line on which each record starts, 1-based. */
  readonly lines: readonly number[];
}

/** Where reading starts, and what a record is. */
export interface BlockOptions {
  /** Position in the file; the start of a record. */
  readonly position: number;
  /** Line at `position`. */
  readonly line: number;
  /** Whether line breaks inside double quotes belong to the record, as in CSV. */
  readonly isQuoted: boolean;
}

/**
 * Streams a file as blocks of whole records. Empty lines are skipped, and counted. Line breaks are LF, CRLF or CR.
 *
 * Our own scan, because csv-parse's `info.lines` counts a CRLF inside quotes twice, and a message that names the
 * wrong line is worse than none.
 *
 * @throws LifecycleError `InvalidFile` for a record above 1 MiB.
 */
export async function* readBlocks(file: SourceFile, options: BlockOptions): AsyncGenerator<Block> {
  const splitter = new Splitter(file.path, options);
  let position = options.position;
  for (;;) {
    const bytes = await file.read(position, BLOCK_BYTES);
    position += bytes.length;
    const isLast = bytes.length < BLOCK_BYTES;
    const block = splitter.add(bytes, isLast);
    if (block.starts.length > 0) yield block;
    if (isLast) return;
  }
}

/** @throws LifecycleError `InvalidFile` naming the first line that is not UTF-8. */
export function checkUtf8(path: string, block: Block): void {
  if (isUtf8(block.bytes)) return;
  const index = block.starts.findIndex((start, at) => !isUtf8(block.bytes.subarray(start, block.ends[at])));
  const line = block.lines[index];
  throw invalidFile(line === undefined ? { path } : { path, line }, 'Expected UTF-8 text, got other bytes', {
    remedy: 'Save the file as UTF-8',
  });
}

/** Cuts bytes into records; keeps the record that is not complete yet. */
class Splitter {
  readonly #path: string;
  readonly #isQuoted: boolean;
  /** Bytes from the start of the open record. */
  #open: Buffer = Buffer.alloc(0);
  /** Position in the file of `#open[0]`. */
  #position: number;
  /** How much of `#open` was scanned: nothing is looked at twice. */
  #scanned = 0;
  /** Line at `#scanned`, and at the start of the open record. */
  #line: number;
  #recordLine: number;
  #inQuotes = false;

  constructor(path: string, options: BlockOptions) {
    this.#path = path;
    this.#isQuoted = options.isQuoted;
    this.#position = options.position;
    this.#line = options.line;
    this.#recordLine = options.line;
  }

  add(more: Buffer, isLast: boolean): Block {
    const bytes = this.#open.length === 0 ? more : Buffer.concat([this.#open, more]);
    const { starts, ends, lines } = { starts: [] as number[], ends: [] as number[], lines: [] as number[] };
    const push = (start: number, end: number): void => {
      if (end > start) {
        starts.push(start);
        ends.push(end);
        lines.push(this.#recordLine);
      }
      this.#recordLine = this.#line;
    };
    let start = 0;
    let at = this.#scanned;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE && this.#isQuoted) this.#inQuotes = !this.#inQuotes;
      if (byte !== LF && byte !== CR) continue;
      // Whether a CR at the end of the bytes is half of a CRLF shows with the next ones.
      if (byte === CR && at + 1 === bytes.length && !isLast) break;
      const end = at;
      if (byte === CR && bytes[at + 1] === LF) at += 1;
      this.#line += 1;
      if (this.#inQuotes) continue;
      push(start, end);
      start = at + 1;
    }
    if (isLast) {
      push(start, bytes.length);
      start = bytes.length;
    }
    const block = { bytes: bytes.subarray(0, start), position: this.#position, starts, ends, lines };
    this.#keep(bytes, start, at);
    return block;
  }

  #keep(bytes: Buffer, start: number, scanned: number): void {
    this.#open = bytes.subarray(start);
    this.#position += start;
    this.#scanned = scanned - start;
    if (this.#open.length <= RECORD_BYTES_MAX) return;
    throw invalidFile(
      { path: this.#path, line: this.#recordLine },
      `Expected a record of at most ${RECORD_BYTES_MAX} bytes, got a longer one`,
      this.#inQuotes ? { remedy: 'A double quote in this record is never closed' } : {},
    );
  }
}
