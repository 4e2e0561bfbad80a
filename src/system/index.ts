export { systemClock } from './clock.ts';
export { type HttpCalloutOptions, httpCallout } from './http-callout.ts';
export { systemIds, systemRandom } from './random.ts';
