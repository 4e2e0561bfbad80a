#!/usr/bin/env node
// Kept free of new syntax, so that an old Node reports its version instead of a syntax error.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`error: Expected Node 22.18 or newer, got ${process.versions.node} (${process.execPath}).`);
  console.error('Install a current Node from https://nodejs.org, or run it with: npx node@24 …');
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

export {};
