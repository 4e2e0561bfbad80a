/** The same run in memory. */
import { memoryStore } from '../../src/index.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { runLoad } from './load.ts';

export const run: Run<Load> = (load) => runLoad(load, async () => memoryStore());
