import { constants, existsSync } from 'node:fs';
import { access, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CliError, messageOf } from './terminal/cli-error.ts';

/** A file that a command is about to write. */
export interface OutputFile {
  readonly path: string;
  /** The option that asks for it, as the user wrote it: `--report year.html`. */
  readonly option: string;
  /**
   * Whether a file that begins so was written by an earlier command of this kind, so that it may be replaced.
   * Absent: whatever writes it looks itself.
   */
  readonly isOurs?: (beginning: string) => boolean;
  /** Folders on the way to it are made when they are missing. */
  readonly makesFolders?: boolean;
}

/** What {@link claimOutputs} is told besides the outputs. */
export interface ClaimOptions {
  /** Files that the command reads. */
  readonly inputs: readonly string[];
  /** They are read during the work, so that not even `force` may replace them. */
  readonly areInputsInUse?: boolean;
  /** `--force`: inputs, and files that were made by others, may be replaced. */
  readonly force: boolean;
}

/** Bytes of a file that are looked at to tell whose it is. */
const BEGINNING_BYTES = 4_096;
const LINKS_MAX = 40;
const OTHER_NAME = 'Give the output another name';

/**
 * Makes sure, before a command begins its work, that the files which it will write can be written and that
 * nothing of the user's is lost by it. Writes nothing.
 *
 * @throws CliError for an output that is another output; that is an input, by whatever path or link; that exists
 *   and was not made by this program; or that cannot be written. `force` allows the second and the third.
 */
export async function claimOutputs(
  outputs: readonly OutputFile[],
  { inputs, areInputsInUse = false, force }: ClaimOptions,
): Promise<void> {
  const byIdentity = new Map<string, OutputFile>();
  for (const output of outputs) {
    const identity = await identityOf(output.path);
    const other = byIdentity.get(identity);
    if (other) throw new CliError(`Expected ${output.option} and ${other.option} to be two files, got one`);
    byIdentity.set(identity, output);
  }
  for (const input of inputs) {
    if (!existsSync(input)) continue; // the name of something else, or refused by who reads it
    const output = byIdentity.get(await identityOf(input));
    if (output && (areInputsInUse || !force)) throw isInput(output, input, areInputsInUse);
  }
  for (const output of outputs) await requireReplaceable(output, force);
}

function isInput({ option, path }: OutputFile, input: string, isInUse: boolean): CliError {
  const also = resolve(path) === resolve(input) ? '' : `, which is the same file as ${input}`;
  return new CliError(
    `Expected ${option} to write no file that the command reads, got ${path}${also}`,
    isInUse ? OTHER_NAME : `${OTHER_NAME}, or replace the input with --force`,
  );
}

async function requireReplaceable(output: OutputFile, force: boolean): Promise<void> {
  const { path, option, isOurs, makesFolders = false } = output;
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new CliError(`Expected ${option} to name a file, got the folder ${path}`);
  try {
    await access(found ? path : await folderFor(path, makesFolders), constants.W_OK);
  } catch (cause) {
    throw new CliError(`Expected to write ${path}, got ${messageOf(cause)}`, null, { cause });
  }
  // Devices and pipes hold nothing that could be lost, and neither does an empty file.
  if (force || !isOurs || !found?.isFile() || found.size === 0 || isOurs(await beginningOf(path))) return;
  throw new CliError(
    `Expected ${option} to write a new file or one of its own, got ${path}, which tenure did not make`,
    `${OTHER_NAME}, or use that file all the same with --force`,
  );
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new CliError(`Expected to see whose file ${path} is, got ${messageOf(cause)}`, null, { cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The folder that a new file needs to be writable: the nearest one that is there, when others can be made. */
async function folderFor(path: string, makesFolders: boolean): Promise<string> {
  const folder = dirname(resolve(path));
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() || !makesFolders || folder === dirname(folder)) return folder;
  if (found) throw new Error(`the file ${folder} where a folder should be`);
  return folderFor(folder, makesFolders);
}

/** The same text for every path to a file: symbolic links, hard links, other spellings. */
async function identityOf(path: string, links = 0): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (found) return `${found.dev}:${found.ino}`;
  // A link to a file that is yet to be made.
  const link = await lstat(path).catch(() => null);
  if (link?.isSymbolicLink() && links < LINKS_MAX)
    return identityOf(resolve(dirname(path), await readlink(path)), links + 1);
  const folder = dirname(resolve(path));
  return join(await realpath(folder).catch(() => folder), basename(path));
}
