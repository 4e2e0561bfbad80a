import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { KIND_NAMES } from '../../../src/config/kind-names.ts';
import { openConfig } from '../../../src/config/open-config.ts';
import { readConfig } from '../../../src/config/read-config.ts';
import { expectCode } from '../support.ts';
import { connectedWorkplace } from './support.ts';

const place = connectedWorkplace();
const { tenure, read, write, path } = place;

describe('init', () => {
  it('writes an example and a workflow, says what to type next, and overwrites nothing', async () => {
    const { stdout } = expectCode(await tenure('init', '--kind', 'scim', '--out', '@tenure.config.ts'), 0);
    expect(stdout).toMatch(/^Wrote \S*tenure\.config\.ts, and \S*leaver\.json with a workflow for it\./);
    const commands = stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim());
    expect(commands).toEqual([
      `tenure sample --users 20 --out ${path('people.csv')}`,
      `tenure check-config ${path('tenure.config.ts')}`,
      `tenure run --connect ${path('tenure.config.ts')} --workflow ${path('leaver.json')} --dry-run`,
      `tenure run --connect ${path('tenure.config.ts')} --workflow ${path('leaver.json')} --db tenure.db`,
    ]);
    const before = read('tenure.config.ts');
    expect(before).toContain("token: { env: 'SCIM_TOKEN' },");
    const again = expectCode(await tenure('init', '--out', '@tenure.config.ts'), 1);
    expect(again.stderr).toMatch(/^error: Expected to write a new file, got \S+, which exists\n/);
    expect(read('tenure.config.ts')).toBe(before);
    expectCode(await tenure('sample', '--users', '20', '--out', '@people.csv'), 0);
    const run = ['run', '--connect', 'tenure.config.ts', '--workflow', 'leaver.json', '--ids', 'nobody'];
    const dry = await place.start([...run, '--dry-run'], place.env).ended;
    expect(expectCode(dry, 0).stdout).toContain('by connection app');
  });

  it.each(KIND_NAMES)('writes an example of %s that can be read, in TypeScript and in JSON', async (kind) => {
    await place.folder(kind);
    for (const out of [`${kind}/tenure.config.ts`, `${kind}/tenure.config.json`]) {
      await rm(path(`${kind}/leaver.json`), { force: true });
      expectCode(await tenure('init', '--kind', kind, '--out', `@${out}`), 0);
    }
    const { config } = await readConfig(path(`${kind}/tenure.config.json`));
    // The test runner, not Node, loads modules here, and it does not know the name of the package.
    const code = read(`${kind}/tenure.config.ts`).replace(
      /^import .*$/m,
      'const defineConfig = (one) => one;',
    );
    await write(`${kind}/linked.mjs`, code);
    expect((await readConfig(path(`${kind}/linked.mjs`))).config).toEqual(config);
  });

  it('writes one example for several systems, of which one does the tasks that all can do', async () => {
    await place.folder('all');
    expectCode(await tenure('init', '--kind', KIND_NAMES.join(), '--out', '@all/tenure.config.json'), 0);
    const { config } = await readConfig(path('all/tenure.config.json'));
    expect(Object.keys(config.connections)).toHaveLength(KIND_NAMES.length);
    const env = new Proxy({}, { get: () => 'x' });
    const open = await openConfig(path('all/tenure.config.json'), { env, dateAttributes: [] });
    await open.close();
    expect(open.doneBy('disableUserAccount')).toBe('app');
  });

  it('suggests what was meant by a kind, and refuses a file of another form', async () => {
    expect(expectCode(await tenure('init', '--out', '@a.yaml'), 1).stderr).toContain('ends in .ts');
    expect(expectCode(await tenure('init', '--kind', 'scmi'), 1).stderr).toContain('did you mean scim?');
  });
});
