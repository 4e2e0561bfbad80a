/**
 * One Postgres for all test files of a run, started when the first of them asks for it over the local socket whose
 * port is in `TENURE_TEST_POSTGRES_PORT`: a run without such tests pays nothing. `DATABASE_URL` names another server.
 */
import { createServer } from 'node:net';
import { type Server, startServer } from './server.ts';

/** The answer to a test file. */
export type Found = { readonly url: string } | { readonly missing: string };

export default async function setup(): Promise<() => Promise<void>> {
  let asked: Promise<Found> | null = null;
  let started: Server | null = null;
  const find = async (): Promise<Found> => {
    const given = process.env.DATABASE_URL;
    if (given) return { url: given };
    try {
      started = await startServer();
      return { url: started.url };
    } catch (error) {
      return { missing: error instanceof Error ? error.message : String(error) };
    }
  };
  const socket = createServer((connection) => {
    asked ??= find();
    connection.on('error', () => {}); // the test file has gone
    void asked.then((found) => connection.end(JSON.stringify(found)));
  });
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const address = socket.address();
  process.env.TENURE_TEST_POSTGRES_PORT = String(typeof address === 'object' ? address?.port : '');
  return async () => {
    socket.close();
    const found = await asked;
    if (found && 'missing' in found)
      console.error(
        `\nPOSTGRES TESTS WERE SKIPPED: ${found.missing}. Name a server: DATABASE_URL=postgres://…\n`,
      );
    await started?.stop();
  };
}
