/**
 * Evaluated before everything else by each entry of the built package (`rolldown.config.ts`): an old Node says which
 * Node is needed, instead of failing at the first thing that it does not have.
 */
import { refusedNode } from './system/real/node-version.ts';

const refusal = refusedNode(process.version, process.execPath);
if (refusal !== null) {
  // The sentence alone: no frame would help.
  throw Object.assign(new Error(refusal), { stack: `Error: ${refusal}` });
}
