import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { Host } from '../host.ts';
import { someText } from '../options.ts';
import { CliError } from '../terminal/cli-error.ts';

/** Options of a token. */
export interface TokenOptions {
  readonly token?: string;
  readonly tokenFile?: string;
}

/** `--token` and `--token-file`. */
export function tokenOptions(): readonly Option[] {
  return [
    new Option('--token <text>', 'the token that clients must send')
      .argParser(someText)
      .conflicts('tokenFile'),
    new Option('--token-file <file>', 'the file that holds the token').argParser(someText),
  ];
}

/** The token of a server: of the options, or of `TENURE_TOKEN`; `null`: there is none. @throws CliError. */
export async function readToken({ env }: Host, { token, tokenFile }: TokenOptions): Promise<string | null> {
  const text =
    tokenFile === undefined
      ? (token ?? env.TENURE_TOKEN)
      : await readFile(tokenFile, 'utf8').catch((cause: unknown) => {
          throw new CliError(
            `Expected ${tokenFile} to be a file with a token, got an unreadable file`,
            null,
            { cause },
          );
        });
  if (text === undefined || (text === '' && tokenFile === undefined)) return null;
  const trimmed = text.trim();
  if (/^\S{16,}$/.test(trimmed)) return trimmed;
  throw new CliError('Expected the token to be at least 16 characters without spaces, got something else');
}
