import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as library from '../../src/simulate.ts';

const GUIDE = readFileSync(resolve(import.meta.dirname, '../../src/simulate/README.md'), 'utf8');
type AsyncRunner = (library: unknown, console: unknown) => Promise<void>;
const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => AsyncRunner;

describe('the guide to simulation', () => {
  it('has an example that runs unchanged', async () => {
    const code = /```ts\n([\s\S]*?)```/.exec(GUIDE)?.[1] ?? '';
    const body = code.replace(/import \{([^}]*)\} from 'tenure\/simulate';/, 'const {$1} = library;');
    const said: unknown[][] = [];
    await new AsyncFunction('library', 'console', body)(library, {
      log: (...args: unknown[]) => void said.push(args),
    });
    expect(said).toHaveLength(2);
    expect(said[0]?.[2]).toMatch(/^[0-9a-f]{64}$/);
    const saved = said[1]?.[0] as readonly (readonly [string, number])[];
    expect(saved.map(([key]) => key)).toEqual(['Week before', 'First day', 'Week after']);
  });
});
