import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectCode, workplace } from './support.ts';

const { tenure, people, write, start } = workplace();
const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');
const FULL = '/dev/full';

describe.skipIf(!existsSync(FULL))('standard output on a full disk', () => {
  it.each([
    [['tasks']],
    [['--help']],
    [['--version']],
    [['sample', '--users', '50000']],
    [['simulate', '--schema']],
  ])('ends with exit code 1 and says why: %j', async (args) => {
    const full = openSync(FULL, 'w');
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, 'close');
    expect(stderr).toBe(
      'error: Expected to write to standard output, got ENOSPC: no space left on device, write\n',
    );
    expect(code).toBe(1);
  });
});

describe('a closed pipe on standard output', () => {
  it('ends the command quietly', async () => {
    const running = start(['sample', '--users', '1000000']);
    await once(running.child.stdout as NodeJS.EventEmitter, 'data');
    running.child.stdout?.destroy();
    expect(expectCode(await running.ended, 0).stderr).toBe('');
  });
});

describe('the output of handlers', () => {
  it('goes to standard error, so that JSON is alone on standard output', async () => {
    await people('print.csv', 2);
    await write(
      'helper.mjs',
      `import { stdout } from 'node:process';
       console.log('helper imported');
       export const say = (text) => stdout.write(text + '\\n');`,
    );
    await write(
      'print.mjs',
      `import { Readable } from 'node:stream';
       import { pipeline } from 'node:stream/promises';
       import { Worker } from 'node:worker_threads';
       import { say } from './helper.mjs';
       console.log('module imported');
       const act = async ({ subject }) => {
         console.log('log of', subject.id);
         console.info('info'), console.debug('debug'), console.table([{ a: 1 }]), console.dir({ b: 2 });
         process.stdout.write('write\\n');
         say('named import');
         await pipeline(Readable.from([Buffer.alloc(1_000_000, 'p')]), process.stdout, { end: false });
         const worker = new Worker("console.log('from a worker')", { eval: true });
         await new Promise((resolve) => worker.on('exit', resolve));
       };
       export { act as disableUserAccount, act as removeUserFromAllGroups, act as removeUserFromAllTeams };`,
    );
    const { stdout, stderr } = expectCode(
      await tenure(
        ...['run', '--users', 'print.csv', '--workflow', 'Offboard an employee'],
        ...['--tasks', 'print.mjs', '--json'],
      ),
      0,
    );
    expect(JSON.parse(stdout)).toMatchObject({ processingStatus: 'completed', totalUsersCount: 2 });
    for (const text of ['helper imported', 'module imported', 'log of u1', 'info', 'debug', '┌', 'b: 2'])
      expect(stderr).toContain(text);
    for (const text of ['write\n', 'named import\n', 'p'.repeat(1_000_000), 'from a worker'])
      expect(stderr.split(text)).toHaveLength(2 * 3 + 1);
  });
});
