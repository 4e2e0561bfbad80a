#!/usr/bin/env node
// Kept so plain that a Node of years ago can read it, and say what is wrong instead of a syntax error.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`error: Expected Node 22.18 or newer, got ${process.versions.node} (${process.execPath}).`);
  console.error('Install a current Node from https://nodejs.org, or run it with: npx node@24 …');
  process.exitCode = 1;
} else {
  import('node:module')
    .then((modules) => {
      // The next start is twice as fast: what is read and compiled once is kept in the folder for temporary files.
      modules.enableCompileCache();
      return import('./process.ts');
    })
    .then((cli) => cli.runProcess());
}

export {};
