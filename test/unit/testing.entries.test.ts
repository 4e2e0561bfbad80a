/** The entries of the kit: what needs fast-check, and what does not. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as withFastCheck from '../../src/testing/fast-check.ts';
import * as kit from '../../src/testing.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Loads an entry in a process in which fast-check cannot be found. */
function loadWithoutFastCheck(entry: string): string {
  const hooks = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name === 'fast-check') throw Object.assign(new Error("Cannot find package 'fast-check'"), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    } });
    await import(${JSON.stringify(join(ROOT, entry))}).then(() => console.log('loaded'), (error) => console.log(error.message));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', hooks], { encoding: 'utf8' }).trim();
}

describe('the entries of the test kit', () => {
  it('load oracles, explorer, audit and contract without fast-check', () => {
    expect(loadWithoutFastCheck('src/testing.ts')).toBe('loaded');
  });

  it('name the package that arbitraries and commands lack', () => {
    expect(loadWithoutFastCheck('src/testing/fast-check.ts')).toBe("Cannot find package 'fast-check'");
  });

  it('import fast-check in arbitraries and commands only', () => {
    const files = readdirSync(join(ROOT, 'src/testing'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => readFileSync(join(ROOT, 'src/testing', name), 'utf8').includes("from 'fast-check'"));
    expect(files.filter((name) => !/^(?:arbitraries|commands)\//.test(name))).toEqual([]);
  });

  it('have no name in common', () => {
    expect(Object.keys(withFastCheck).filter((name) => name in kit)).toEqual([]);
  });

  it('keep the model free of production code: it imports types only', () => {
    for (const name of readdirSync(join(ROOT, 'src/testing/model'))) {
      const text = readFileSync(join(ROOT, 'src/testing/model', name), 'utf8');
      const values = [...text.matchAll(/^import (?!type )[^;]*from '(\.\.[^']*)'/gm)].map(
        (match) => match[1],
      );
      expect(values).toEqual([]);
    }
  });
});
