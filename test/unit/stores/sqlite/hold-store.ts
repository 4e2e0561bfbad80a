/**
 * Child process of the tests: opens the store in its first argument, says so, and waits to be
 * killed, or to be told to read. */
import { once } from 'node:events';
import { sqliteStore } from '../../../../src/sqlite.ts';
import { makeRun, makeUsers, step } from './records.ts';

const [path = '', what = 'hold', userId] = process.argv.slice(2);
// Rights are given up here and not by the parent: another user may not be able to run this very Node.
if (userId !== undefined) {
  process.setgid?.(Number(userId));
  process.setuid?.(Number(userId));
}
try {
  const store = await sqliteStore(path, { readOnly: what === 'read' });
  if (what === 'read') {
    process.stdout.write('open\n');
    await once(process.stdin, 'data');
    const page = {
      where: null,
      order: { property: 'id', descending: false },
      after: null,
      limit: 100,
    } as const;
    const users = await store.listUsers({ ...page, runId: makeRun().id });
    process.stdout.write(`${JSON.stringify({ users: users.length })}\n`);
    process.exit();
  }
  if (what === 'write') {
    const users = makeUsers(3);
    await store.transaction(async (tx) => {
      await tx.insertRun(makeRun());
      await tx.insertUsers(users);
    });
    await store.transaction((tx) => tx.putUsers(users.slice(0, 2).map(step)));
    // A transaction that never ends: the kill comes in its middle.
    void store.transaction(async (tx) => {
      await tx.putUsers(users.map(step));
      process.stdout.write('ready\n');
      await new Promise(() => {});
    });
  } else process.stdout.write('ready\n');
  setInterval(() => {}, 1_000);
} catch (error) {
  const { code, details, message } = error as { code: string; details: unknown; message: string };
  process.stdout.write(`${JSON.stringify({ code, details, message })}\n`);
  process.exit();
}
