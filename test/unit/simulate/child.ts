/** Run by a test in a process with another time zone: prints the hash of a trace. */
import { simulate } from '../../../src/simulate.ts';
import { SMALL } from './scenarios.ts';

const { trace } = await simulate(SMALL, { seed: 7 });
console.log(trace.sha256);
