import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { ExampleConfig } from '../../../config/example-config.ts';
import { KIND_NAMES, type KindName } from '../../../config/kind-names.ts';
import { nearest } from '../../../input/nearest.ts';
import type { Host } from '../../host.ts';
import { CliError, messageOf } from '../../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { quoted } from '../../terminal/text.ts';

/** Options of `tenure init`. */
interface InitOptions {
  readonly kind: readonly KindName[];
  readonly out: string;
}

/** The workflow beside the configuration. */
const WORKFLOW = 'leaver.json';

const HELP = `
Kinds: ${KIND_NAMES.join(', ')}. Writes an example to be edited, and beside it ${WORKFLOW}, a workflow for it. Files that
exist are never overwritten.

Examples:
  $ tenure init --kind scim
  $ tenure init --kind scim --out tenure.config.json`;

/** `tenure init`. */
export function initCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('init')
    .description('Writes an example configuration of the systems that you have, and says what to type next.')
    .option('--kind <kinds>', 'the kinds of your systems, between commas', kindList, ['scim'])
    .option(
      '--out <file>',
      'the file to write: .ts, .mts, .js, .mjs or .json',
      configFile,
      'tenure.config.ts',
    )
    .addHelpText('after', HELP)
    .action(async (options: InitOptions) => end(await init(host, options)));
}

/** Writes the example and its workflow. */
async function init(host: Host, { kind, out }: InitOptions): Promise<ExitCode> {
  // Loaded here, since other commands need no Valibot.
  const library = await import('../../../config/example-config.ts');
  const example = library.exampleConfig(kind);
  const workflow = join(dirname(out), WORKFLOW);
  const hasTasks = example.tasks.length > 0;
  if (hasTasks) requireNew(workflow);
  requireNew(out);
  await writeNew(out, extname(out) === '.json' ? library.jsonText(example) : library.moduleText(example));
  if (hasTasks) await writeNew(workflow, library.workflowText(example));
  const written = hasTasks ? `${out}, and ${workflow} with a workflow for it` : out;
  host.stdout.line(`Wrote ${written}. Put your addresses into ${out}, then:`);
  for (const command of nextCommands(host, example, { out, workflow: hasTasks ? workflow : null }))
    host.stdout.line(`  ${command}`);
  return EXIT.ok;
}

function requireNew(path: string): void {
  if (!existsSync(path)) return;
  throw new CliError(
    `Expected to write a new file, got ${path}, which exists`,
    'Choose another folder or name: --out FILE',
  );
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    throw new CliError(`Expected to write ${path}, got ${messageOf(cause)}`, null, { cause });
  }
}

function nextCommands(
  { self, env }: Host,
  { variables, file }: ExampleConfig,
  { out, workflow }: { readonly out: string; readonly workflow: string | null },
): readonly string[] {
  const people = file === null ? null : join(dirname(out), file);
  const run = `${self} run --connect ${quoted(out)} --workflow ${quoted(workflow ?? 'WORKFLOW')}`;
  return [
    ...variables.filter((name) => !env[name]).map((name) => `export ${name}=…`),
    ...(people === null || existsSync(people) ? [] : [`${self} sample --users 20 --out ${quoted(people)}`]),
    `${self} check-config ${quoted(out)}`,
    `${run} --dry-run`,
    `${run} --db tenure.db`,
  ];
}

function configFile(text: string): string {
  if (/\.(?:m?[jt]s|json)$/.test(text)) return text;
  throw new InvalidArgumentError('Expected a file that ends in .ts, .mts, .js, .mjs or .json.');
}

function kindList(text: string): readonly KindName[] {
  return text.split(',').map((part) => {
    const name = part.trim().toLowerCase();
    const kind = KIND_NAMES.find((one) => one === name);
    if (kind !== undefined) return kind;
    const near = nearest(name, KIND_NAMES);
    throw new InvalidArgumentError(
      `Expected kinds between commas, of ${KIND_NAMES.join(', ')}${near === null ? '' : `; did you mean ${near}?`}`,
    );
  });
}
