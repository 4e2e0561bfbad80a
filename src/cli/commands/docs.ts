import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { docsHandler } from '../../docs/handler.ts';
import { loadSite, placeOf } from '../../docs/site.ts';
import type { Host } from '../host.ts';
import { outputOptions, wholeNumber } from '../options.ts';
import { packageVersion } from '../package-version.ts';
import { openServer } from '../serve/http-server.ts';
import { CliError } from '../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';

/** Options of `tenure docs`. */
interface DocsCommandOptions {
  readonly port: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** For Ctrl-C in all, and for requests that are being answered. */
const STOP_MS = 4_000;
const ANSWER_MS = 500;

const HELP = `
Serves the guides, the recipes and the reference of exactly this version on this machine, with search, and needs no network. It
prints an address and opens nothing.

Examples:
  $ tenure docs
  $ tenure docs engine              the guide of the engine
  $ tenure docs tenure/sqlite       the reference of an entry
  $ tenure docs createEngine        of an export
  $ tenure docs after an outage     places that have these words`;

/** `tenure docs`. */
export function docsCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('docs')
    .description('Serves all documentation on this machine, with search.')
    .argument('[words...]', 'a page, an entry, an export, or words to search for; default: the first page')
    .addOption(
      new Option('--port <n>', 'the port; 0: any free port').argParser(wholeNumber(0, 65_535)).default(8_082),
    );
  for (const option of outputOptions()) command.addOption(option);
  return command
    .addHelpText('after', HELP)
    .action(async (words: readonly string[], options: DocsCommandOptions) => {
      end(await serveDocs(host, words.join(' '), options));
    });
}

/** Serves until a signal stops it. */
async function serveDocs(host: Host, words: string, options: DocsCommandOptions): Promise<ExitCode> {
  const { stdout, stderr, clock, interrupts } = host;
  const { port, json = false, quiet = false } = options;
  const site = await loadSite().catch((cause: unknown) => {
    throw new CliError('Expected the pages to be built, got none', 'Run: npm run build:docs', { cause });
  });
  const root = dirname(createRequire(import.meta.url).resolve('tenure/package.json'));
  const interrupted = Promise.withResolvers<void>();
  const release = interrupts.handle(STOP_MS, () => interrupted.resolve());
  try {
    const handler = docsHandler(site, { root, version: packageVersion() });
    const server = await openServer(handler, { port, certificate: null, clock });
    const url = `${server.url}${placeOf(site, words)}`;
    stdout.line(json ? JSON.stringify({ docs: url }) : url);
    if (!json && !quiet) stderr.line('Press Ctrl-C to stop.');
    await interrupted.promise;
    await server.close(ANSWER_MS);
  } finally {
    release();
  }
  return EXIT.ok;
}
