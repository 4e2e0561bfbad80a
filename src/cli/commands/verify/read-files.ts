/** Reads exports from files. */
import { readFile, stat } from 'node:fs/promises';
import type { ExportDocument } from '../../../testing.ts';
import { CliError, messageOf } from '../../terminal/cli-error.ts';

/** Largest file that is read, bytes: Node has no longer texts than twice this. */
const FILE_BYTES_MAX = 256 * 2 ** 20;
const AGAIN = 'Export it again';

/** The documents of files, in their order. @throws CliError for a file that cannot be read, or is no JSON. */
export async function* readFiles(paths: readonly string[]): AsyncGenerator<ExportDocument, void, void> {
  for (const path of paths) yield { name: path, body: parsed(path, await textOf(path)) };
}

async function textOf(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    const got = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : messageOf(cause);
    throw new CliError(`Expected ${path} to be a file, got ${got}`, null, { cause });
  });
  if (found.isDirectory())
    throw new CliError(`Expected ${path} to be a file, got a folder`, `Name its files: ${path}/*.json`);
  if (found.size > FILE_BYTES_MAX)
    throw new CliError(
      `Expected ${path} to have at most ${FILE_BYTES_MAX} bytes, got ${found.size}`,
      'Export one workflow at a time',
    );
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new CliError(`Expected to read ${path}, got ${messageOf(cause)}`, null, { cause });
  });
  // Windows PowerShell writes UTF-16.
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes).trim();
}

function parsed(path: string, text: string): unknown {
  if (text === '') throw new CliError(`Expected ${path} to have JSON, got an empty file`, AGAIN);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const isBegun = /^[{[]/.test(text);
    const at = Number(/at position (\d+)/.exec(messageOf(cause))?.[1] ?? text.length);
    const isCutOff = isBegun && (at >= text.length || !/[}\]]$/.test(text));
    if (isCutOff)
      throw new CliError(
        `Expected ${path} to be whole, got JSON that is cut off after ${text.length} characters`,
        AGAIN,
        {
          cause,
        },
      );
    const line = isBegun ? ` in line ${text.slice(0, at).split('\n').length}` : '';
    throw new CliError(
      `Expected ${path} to be JSON, got something else${line}`,
      'Save the answer of Graph as it is: one JSON document',
      { cause },
    );
  }
}
