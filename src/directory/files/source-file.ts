import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { invalidFile } from './file-error.ts';

const BOM_UTF8 = Buffer.from([0xef, 0xbb, 0xbf]);
/** Bytes read to identify the kind of file. */
const HEAD_BYTES = 512;
/** What to do with a spreadsheet. */
export const EXPORT_REMEDY = 'Export the sheet as CSV: in Excel, File > Save As > CSV UTF-8';
const SAVE_REMEDY = 'Save the file as UTF-8';
/** First bytes of files that people give by mistake. */
const FOREIGN: readonly (readonly [Buffer, string, string])[] = [
  [Buffer.from([0xff, 0xfe]), 'UTF-16 text', SAVE_REMEDY],
  [Buffer.from([0xfe, 0xff]), 'UTF-16 text', SAVE_REMEDY],
  [Buffer.from('PK\u0003\u0004'), 'a ZIP archive, such as an Excel workbook', EXPORT_REMEDY],
  [Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), 'an Office document, such as an old Excel workbook', EXPORT_REMEDY],
  [Buffer.from([0x1f, 0x8b]), 'a gzip archive', 'Unpack it first'],
];

/**
 * An input file that stays open and must not change while it is. A file that is *replaced* (renamed over) does
 * no harm: the old one is still read.
 */
export class SourceFile {
  readonly path: string;
  /** Position of the first character, after a byte order mark. */
  readonly textStart: number;
  readonly #handle: FileHandle;
  readonly #opened: Stats;
  #isClosed = false;

  private constructor(path: string, handle: FileHandle, opened: Stats, textStart: number) {
    this.path = path;
    this.textStart = textStart;
    this.#handle = handle;
    this.#opened = opened;
  }

  /** @throws LifecycleError `InvalidFile` for what is missing, unreadable, empty, no file, or no UTF-8 text. */
  static async open(path: string): Promise<SourceFile> {
    const handle = await openRegular(path);
    try {
      const opened = await handle.stat();
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      const head = buffer.subarray(0, bytesRead);
      checkKind(path, head);
      const textStart = head.subarray(0, 3).equals(BOM_UTF8) ? 3 : 0;
      if (opened.size <= textStart)
        throw invalidFile({ path }, 'Expected a file with data, got an empty file');
      return new SourceFile(path, handle, opened, textStart);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Up to `length` bytes from `position`; fewer only at the end of the file.
   *
   * @throws LifecycleError `InvalidFile` when the file cannot be read, or was closed.
   */
  async read(position: number, length: number): Promise<Buffer> {
    this.#checkOpen();
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const count = await this.#readInto(bytes, filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  /** All of the text, without byte order mark. */
  async readAll(): Promise<Buffer> {
    const bytes = await this.read(this.textStart, this.#opened.size - this.textStart);
    await this.checkUnchanged();
    if (isUtf8(bytes)) return bytes;
    throw invalidFile({ path: this.path }, 'Expected UTF-8 text, got other bytes', {
      remedy: SAVE_REMEDY,
    });
  }

  /** @throws LifecycleError `InvalidFile` when the file is not as it was at its opening. */
  async checkUnchanged(): Promise<void> {
    this.#checkOpen();
    const now = await this.#handle.stat();
    if (now.size !== this.#opened.size || now.mtimeMs !== this.#opened.mtimeMs) throw this.changed();
  }

  /** The error for a file that changed under us. */
  changed(): Error {
    return invalidFile(
      { path: this.path },
      'Expected the file to stay as it was when it was opened, got changes',
      {
        remedy:
          'Open it again; to update it while it is in use, write a new file and rename it over the old one',
      },
    );
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#handle.close();
  }

  async #readInto(bytes: Buffer, at: number, position: number): Promise<number> {
    try {
      return (await this.#handle.read(bytes, at, bytes.length - at, position)).bytesRead;
    } catch (cause) {
      throw invalidFile({ path: this.path }, `Expected to read the file, got ${reason(cause)}`, { cause });
    }
  }

  #checkOpen(): void {
    if (this.#isClosed)
      throw invalidFile({ path: this.path }, 'Expected an open directory, got one that was closed');
  }
}

/** @throws LifecycleError `InvalidFile` for bytes that are no UTF-8 text, by the first of them. */
function checkKind(path: string, head: Buffer): void {
  const foreign = FOREIGN.find(([mark]) => head.subarray(0, mark.length).equals(mark));
  if (foreign) throw invalidFile({ path }, `Expected UTF-8 text, got ${foreign[1]}`, { remedy: foreign[2] });
  const at = head.indexOf(0);
  if (at < 0) return;
  const got = isUtf16(head) ? 'UTF-16 text without a byte order mark' : `a NUL, byte ${at + 1} of the file`;
  throw invalidFile({ path }, `Expected UTF-8 text, got ${got}`, { remedy: SAVE_REMEDY });
}

/** Half of the bytes of UTF-16 text in a Latin script are NUL: the second ones of each character, or the first. */
function isUtf16(head: Buffer): boolean {
  const count = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) count[index % 2] = (count[index % 2] ?? 0) + 1;
  const [first = 0, second = 0] = count;
  return Math.min(first, second) === 0 && Math.max(first, second) > head.length / 4;
}

async function openRegular(path: string): Promise<FileHandle> {
  try {
    // Asked first, because opening a pipe would wait for its writer.
    const found = await stat(path);
    if (found.isDirectory()) throw invalidFile({ path }, 'Expected a file, got a folder');
    if (!found.isFile()) {
      throw invalidFile({ path }, 'Expected a regular file, got a device or pipe', {
        remedy: 'It is read more than once; write it to a file first',
      });
    }
    return await open(path, 'r');
  } catch (cause) {
    const code = codeOf(cause);
    if (code === null) throw cause;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw invalidFile({ path }, 'Expected a file, got none', { cause });
    if (code === 'EACCES' || code === 'EPERM') {
      throw invalidFile({ path }, 'Expected a readable file, got no permission', { cause });
    }
    throw invalidFile({ path }, `Expected to open the file, got ${reason(cause)}`, { cause });
  }
}

/** The code of an error of the operating system; `null` for any other. */
function codeOf(error: unknown): string | null {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
