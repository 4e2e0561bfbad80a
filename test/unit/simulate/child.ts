/** Prints the hash of a trace; a test runs it in a process with another time zone. */
import { simulate } from '../../../src/simulate.ts';
import { SMALL } from './scenarios.ts';

const { trace } = await simulate(SMALL, { seed: 7 });
console.log(trace.sha256);
