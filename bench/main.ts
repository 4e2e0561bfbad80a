/** `npm run bench -- [word …] [--users N] [--tasks N] [--rounds N] [--json FILE [--force]]` */
import { claimOutputs } from '../src/cli/output-files.ts';
import { machine, versions } from './machine.ts';
import type { Result } from './measure.ts';
import { readRequest } from './options.ts';
import { peerVersions } from './peer-list.ts';
import { progressOn } from './progress.ts';
import { beginsAsRecord, writeFound } from './record.ts';
import { reportOf } from './report.ts';
import { Site } from './site.ts';
import { MEASURES } from './words.ts';

const USAGE = `Usage: npm run bench -- [word …] [--users N] [--tasks N] [--rounds N] [--json FILE [--force]]

${MEASURES.map(({ word, summary }) => `  ${word.padEnd(12)}${summary}`).join('\n')}

No word: all of them, in some minutes. Each prints ours, what it is measured beside, and the ratios.
  --users N    people; default: each word's own size
  --tasks N    tasks of each; default 5
  --rounds N   rounds, of which the median counts; default 5
  --json FILE  also writes the figures there
  --force      also when FILE is something else`;

const request = readRequest(
  process.argv.slice(2),
  MEASURES.map(({ word }) => word),
);
if (request.kind === 'help') console.log(USAGE);
else if (request.kind === 'wrong') {
  console.error(`error: ${request.message}\n\n${USAGE}`);
  process.exitCode = 1;
} else await runWords(request);

async function runWords({
  words,
  settings,
  json,
  force,
}: Extract<typeof request, { kind: 'run' }>): Promise<void> {
  const site = new Site();
  let isLeaving = false;
  const leave = (code: number): void => {
    isLeaving = true; // what fails from now on, fails because we end it
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
    console.log('This machine is busy with other work: rates will be too low, and ratios uncertain.');
  try {
    // Now rather than after all the measuring.
    if (json !== null)
      await claimOutputs([{ path: json, option: `--json ${json}`, isOurs: beginsAsRecord }], {
        inputs: [],
        force,
      });
    for (const { word, run } of MEASURES.filter((measure) => words.includes(measure.word))) {
      const results = run({
        settings,
        site,
        progress: (text) => progress(`${word}: ${text}`),
        remark: (text) => {
          progress('');
          console.log(`\n${word}: ${text}`);
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
