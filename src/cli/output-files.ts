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
   * Whether a file with this beginning was written by an earlier command of this kind and may be replaced.
   * Absent: the writer checks this itself.
   */
  readonly isOurs?: (beginning: string) => boolean;
  /** Whether missing parent folders are created. */
  readonly makesFolders?: boolean;
}

/** Options of {@link claimOutputs}. */
export interface ClaimOptions {
  /** Files that the command reads. */
  readonly inputs: readonly string[];
  /** Whether they are read during the work, so that not even `force` may replace them. */
  readonly areInputsInUse?: boolean;
  /** `--force`: inputs and files of other programs may be replaced. */
  readonly force: boolean;
}

/** Bytes of a file that are read to identify its kind. */
const BEGINNING_BYTES = 4_096;
const LINKS_MAX = 40;
const OTHER_NAME = 'Choose another file';

/**
 * Checks, before a command begins its work, that its output files can be written and that no file of the user's
 * is lost. Writes nothing.
 *
 * @throws CliError for an output that is also another output; that is an input, by any path or link; that exists
 *   and was not written by this program; or that cannot be written. `force` allows the second and the third.
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
    if (!existsSync(input)) continue; // not a file, or reported by its reader
    const output = byIdentity.get(await identityOf(input));
    if (output && (areInputsInUse || !force)) throw isInput(output, input, areInputsInUse);
  }
  for (const output of outputs) await requireReplaceable(output, force);
}

function isInput({ option, path }: OutputFile, input: string, isInUse: boolean): CliError {
  const also = resolve(path) === resolve(input) ? '' : `, which is the same file as ${input}`;
  return new CliError(
    `Expected ${option} to name no input file of the command, got ${path}${also}`,
    isInUse ? OTHER_NAME : `${OTHER_NAME}, or overwrite the input with --force`,
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
  // Devices, pipes and empty files hold no data that could be lost.
  if (force || !isOurs || !found?.isFile() || found.size === 0 || isOurs(await beginningOf(path))) return;
  throw new CliError(
    `Expected ${option} to name a new file or one written by tenure, got ${path}, which tenure did not write`,
    `${OTHER_NAME}, or overwrite the file with --force`,
  );
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new CliError(`Expected to read ${path}, got ${messageOf(cause)}`, null, { cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The folder that must be writable for a new file: the nearest existing one, when others can be created. */
async function folderFor(path: string, makesFolders: boolean): Promise<string> {
  const folder = dirname(resolve(path));
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() || !makesFolders || folder === dirname(folder)) return folder;
  if (found) throw new Error(`the file ${folder} where a folder should be`);
  return folderFor(folder, makesFolders);
}

/** Identity of a file, the same for every path to it: symbolic links, hard links, other spellings. */
async function identityOf(path: string, links = 0): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (found) return `${found.dev}:${found.ino}`;
  // A link to a file that does not exist yet.
  const link = await lstat(path).catch(() => null);
  if (link?.isSymbolicLink() && links < LINKS_MAX)
    return identityOf(resolve(dirname(path), await readlink(path)), links + 1);
  const folder = dirname(resolve(path));
  return join(await realpath(folder).catch(() => folder), basename(path));
}
