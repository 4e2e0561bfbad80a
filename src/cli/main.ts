#!/usr/bin/env node
// Imports nothing that an old Node cannot load, so that it reports its version instead of a syntax error.
import { refusedNode } from '../system/real/node-version.ts';

const refusal = refusedNode(process.version, process.execPath);
if (refusal !== null) {
  console.error(`error: ${refusal}`);
  process.exitCode = 1;
} else {
  import('node:module')
    .then((modules) => {
      // Halves the time of later starts: compiled code is cached in the folder for temporary files.
      modules.enableCompileCache();
      return import('./process.ts');
    })
    .then((cli) => cli.runProcess());
}
