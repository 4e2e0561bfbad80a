/** `tenure/simulate`: the engine in virtual time. */

export { type SimulateOptions, simulate, simulateFile } from './simulate/simulate.ts';
export { type ClockSession, type VirtualClock, virtualClock } from './simulate/virtual-clock.ts';
