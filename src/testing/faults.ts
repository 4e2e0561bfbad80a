/** Faults as data, the store and handlers that have them, and a workflow that has to endure them. */
export { type Endured, type EndureOptions, endureFaults } from './faults/endure-faults.ts';
export { type FaultyStoreOptions, faultyStore } from './faults/faulty-store.ts';
export { type FaultyTaskOptions, faultyTasks } from './faults/faulty-tasks.ts';
export { type FaultHost, misbehave } from './faults/misbehave.ts';
export { type FaultPlan, NO_FAULTS, type ProcessFault, type TaskFault } from './faults/plan.ts';
export { THROWN_KINDS, thrownOf } from './faults/thrown.ts';
