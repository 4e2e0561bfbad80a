/** Child process of the tests: makes a commit in the writer thread, and is done without closing the store. */
import { sqliteStore } from '../../../../src/sqlite.ts';
import { makeRun, makeUsers, step } from './records.ts';

let threads = 0;
process.on('worker', () => {
  threads += 1;
});
const [path = ''] = process.argv.slice(2);
const store = await sqliteStore(path, { writerThread: 'always' });
const users = makeUsers(3);
await store.transaction(async (tx) => {
  await tx.insertRun(makeRun());
  await tx.insertUsers(users);
});
await store.transaction((tx) => tx.putUsers(users.map(step)));
process.stdout.write(`committed, ${threads} thread`);
