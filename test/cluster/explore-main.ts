/**
 * `npm run cluster:explore -- [--slices 2] [--users 2] [--tasks 2] [--expiries 1] [--lost 1] [--cancels 1] [--failures]`:
 * explores all interleavings of two processes within these bounds (`ExplorationBounds`), and prints what was found.
 */
import { parseArgs } from 'node:util';
import { exploreCluster } from './explore.ts';

const { values } = parseArgs({
  options: {
    slices: { type: 'string', default: '2' },
    users: { type: 'string', default: '2' },
    tasks: { type: 'string', default: '2' },
    expiries: { type: 'string', default: '1' },
    lost: { type: 'string', default: '1' },
    cancels: { type: 'string', default: '1' },
    failures: { type: 'boolean', default: false },
  },
});
const beganAt = performance.now();
const { states, moves, endings, violation } = await exploreCluster({
  slicesCount: Number(values.slices),
  usersPerSlice: Number(values.users),
  tasks: Number(values.tasks),
  expiries: Number(values.expiries),
  lost: Number(values.lost),
  cancels: Number(values.cancels),
  failures: values.failures,
});
const count = (value: number) => value.toLocaleString('en');
const seconds = ((performance.now() - beganAt) / 1_000).toFixed(0);
const megabytes = (process.resourceUsage().maxRSS / 1_024).toFixed(0);
console.log(`${count(states)} states, ${count(moves)} moves, ${seconds} s, at most ${megabytes} MB`);
console.log(`ends: ${JSON.stringify(endings)}`);
console.log(violation ? `${violation.rule}\n${violation.path.join('\n')}` : 'no rule is broken');
process.exitCode = violation ? 2 : 0;
