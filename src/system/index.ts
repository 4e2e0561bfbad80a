export { systemClock } from './clock.ts';
export { systemIds, systemRandom } from './random.ts';
