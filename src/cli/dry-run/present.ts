import { writeFile } from 'node:fs/promises';
import type { Directory } from '../../ports/directory.ts';
import type { Host } from '../host.ts';
import type { OpenJob } from '../job/open-job.ts';
import { claimOutputs } from '../output-files.ts';
import type { View } from '../session/finish.ts';
import { handlersOf } from '../session/open-tasks.ts';
import { CliError, messageOf } from '../terminal/cli-error.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import type { StopTimeout } from '../terminal/interrupts.ts';
import { withSpinner } from '../terminal/progress.ts';
import type { DryRun } from './dry-run.ts';
import { withPreviews } from './preview.ts';
import { showDryRuns } from './show.ts';

/** Options of a command for its dry run. */
export interface DryRunOptions extends View, StopTimeout {
  /** File that gets the JSON document, too. */
  readonly out?: string;
  readonly force?: boolean;
}

/** What is planned and shown. */
export interface DryRunInput {
  readonly users: Directory;
  readonly job: OpenJob;
  readonly plan: () => Promise<readonly DryRun[]>;
  /** The document of --json and --out. */
  readonly json: (dryRuns: readonly DryRun[]) => unknown;
}

/**
 * Plans what a command would do, previews its tasks, and shows both. Nothing has failed: exit code 0, unless a signal stopped it.
 *
 * @throws CliError for the file of --out; what `plan` throws.
 */
export async function presentDryRun(
  host: Host,
  options: DryRunOptions,
  { users, job, plan, json }: DryRunInput,
): Promise<ExitCode> {
  const { out, force = false, quiet = false, stopTimeout } = options;
  if (out !== undefined)
    await claimOutputs([{ path: out, option: `--out ${out}`, isOurs: isDryRun }], {
      inputs: [job.users, job.connect, job.tasks].filter((path) => path !== null),
      areInputsInUse: true,
      force,
    });
  const planned = await withSpinner(host, 'checking all users', !quiet, plan);
  const handlers = job.noOp ? {} : await handlersOf(job);
  const { concurrency } = job;
  const shown: DryRun[] = [];
  let isInterrupted = false;
  for (const dryRun of planned) {
    if (isInterrupted) break;
    const previewed = await withPreviews(host, dryRun, { users, handlers, concurrency, quiet, stopTimeout });
    shown.push(previewed.dryRun);
    isInterrupted = previewed.isInterrupted;
  }
  if (out !== undefined) await writeDocument(out, json(shown));
  await showDryRuns(host, shown, json(shown), options);
  return isInterrupted ? EXIT.interrupted : EXIT.ok;
}

function isDryRun(beginning: string): boolean {
  return beginning.startsWith('{\n  "dryRun": true');
}

async function writeDocument(out: string, document: unknown): Promise<void> {
  try {
    await writeFile(out, `${JSON.stringify(document, null, 2)}\n`);
  } catch (cause) {
    throw new CliError(`Expected to write ${out}, got ${messageOf(cause)}`, null, { cause });
  }
}
