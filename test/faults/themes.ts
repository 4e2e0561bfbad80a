import { drawClusterPlan } from '../cluster/draw.ts';
import { drawPlan } from './draw.ts';
import type { Plan } from './plan.ts';

/** What is simulated: one process at a time with faults, or several on one store. */
export type Theme = 'faults' | 'cluster';

/** How each theme draws the plan of a seed. */
export const DRAW: Readonly<Record<Theme, (seed: number) => Plan>> = {
  faults: drawPlan,
  cluster: drawClusterPlan,
};
