/**
 * One folder for the temporary files of all test files of a run and of the processes that they start, in memory where
 * the machine has such a place: no test is about what a disk has when the power has failed, but each commit waits for it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 2 ** 30;

export default function setup(): (() => void) | undefined {
  // One for all runs: what Node has compiled is good until a file or Node changes.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache');
  if (!existsSync(MEMORY)) return;
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize < ROOM_BYTES) return;
  const folder = mkdtempSync(join(MEMORY, 'tenure-tests-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  if (!startsPrograms(folder)) {
    remove();
    return;
  }
  chmodSync(folder, 0o755); // a server may run as another user
  process.env.TMPDIR = folder;
  process.once('exit', remove);
  return () => {
    process.removeListener('exit', remove);
    remove();
  };
}

/** Whether programs in `folder` can be started: Postgres is copied where its user can reach it. */
function startsPrograms(folder: string): boolean {
  const program = join(folder, 'program');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  return spawnSync(program).status === 0;
}
