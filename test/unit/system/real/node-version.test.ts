import { expect, it } from 'vitest';
import manifest from '../../../../package.json' with { type: 'json' };
import { refusedNode } from '../../../../src/system/real/node-version.ts';

it('every Node that `engines` allows is accepted, from the oldest on', () => {
  expect(manifest.engines.node).toBe('>=22.18');
  for (const version of ['v22.18.0', 'v22.19.1', 'v23.0.0', 'v24.21.0', 'v100.0.0', process.version]) {
    expect(refusedNode(version, '/usr/bin/node'), version).toBeNull();
  }
});

it.each(['v22.17.9', 'v22.2.0', 'v20.20.2', 'v18.20.8', 'v0.12.0'])(
  'Node %s is refused in one line that says which Node is needed, and which one this is',
  (version) => {
    const refusal = refusedNode(version, '/usr/bin/node');
    expect(refusal).toContain(
      `tenure needs Node 22.18 or newer; this is ${version} (/usr/bin/node). Install`,
    );
    expect(refusal).not.toContain('\n');
  },
);
