/** `npm run bench -- [benchmark …] [--users N] [--tasks N] [--rounds N] [--json FILE [--force]]` */
import { claimOutputs } from '../src/cli/output-files.ts';
import { MEASURES } from './all-measures.ts';
import { machine, versions } from './machine.ts';
import type { Result } from './measure.ts';
import { readRequest } from './options.ts';
import { peerVersions } from './peer-list.ts';
import { progressOn } from './progress.ts';
import { beginsAsRecord, writeFound } from './record.ts';
import { reportOf } from './report.ts';
import { Site } from './site.ts';

const USAGE = `Usage: npm run bench -- [benchmark …] [--users N] [--tasks N] [--rounds N] [--json FILE [--force]]

${MEASURES.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

Without a name all are run, in some minutes. Each prints the rates of tenure and of what it is compared with, and
the ratios.
  --users N    users; default: a size of each benchmark's own
  --tasks N    tasks of each user; default 5
  --rounds N   rounds; results are their medians; default 5
  --json FILE  also write the figures to FILE
  --force      replace FILE even when the bench did not write it`;

const request = readRequest(
  process.argv.slice(2),
  MEASURES.map(({ name }) => name),
);
if (request.kind === 'help') console.log(USAGE);
else if (request.kind === 'wrong') {
  console.error(`error: ${request.message}\n\n${USAGE}`);
  process.exitCode = 1;
} else await runMeasures(request);

async function runMeasures({
  names,
  settings,
  json,
  force,
}: Extract<typeof request, { kind: 'run' }>): Promise<void> {
  const site = new Site();
  let isLeaving = false;
  const leave = (code: number): void => {
    isLeaving = true; // errors from now on are consequences of the shutdown
    progress('');
    void site.close().finally(() => process.exit(code));
  };
  process.once('SIGINT', () => leave(130));
  process.once('SIGTERM', () => leave(143));
  process.once('uncaughtException', (error) => {
    console.error(error);
    leave(1);
  });
  const progress = progressOn(process.stderr);
  const found = {
    machine: machine(),
    versions: { ...versions(), ...peerVersions() },
    results: [] as Result[],
  };
  console.log(
    Object.entries({ ...found.machine, ...found.versions })
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
  );
  if (Number(found.machine.loadAverage) >= Number(found.machine.cores))
    console.log('The machine is busy with other work: rates will be too low and ratios unreliable.');
  try {
    // Checked before the measurements rather than after them.
    if (json !== null)
      await claimOutputs([{ path: json, option: `--json ${json}`, isOurs: beginsAsRecord }], {
        inputs: [],
        force,
      });
    for (const { name, run } of MEASURES.filter((measure) => names.includes(measure.name))) {
      const results = run({
        settings,
        site,
        progress: (text) => progress(`${name}: ${text}`),
        remark: (text) => {
          progress('');
          console.log(`\n${name}: ${text}`);
        },
      });
      for await (const result of results) {
        progress('');
        found.results.push(result);
        console.log(`\n${reportOf(result)}`);
      }
    }
    if (json !== null) writeFound(json, found);
  } catch (error) {
    if (isLeaving) return;
    progress('');
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    await site.close();
  }
}
