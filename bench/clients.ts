/** Clients of a server on this machine that cost less than what they ask: no more is read of an answer than its length. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Asks for `path` on `connections` kept connections at once, for `forMs`; answers per second. */
export async function answersPerSecond(
  port: number,
  path: string,
  connections: number,
  forMs: number,
): Promise<number> {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const startMs = performance.now();
  const isOver = (): boolean => performance.now() - startMs >= forMs;
  const counts = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      let answers = 0;
      for (; !isOver(); answers += 1) {
        socket.write(request);
        await wholeAnswer(socket);
      }
      socket.destroy();
      return answers;
    }),
  );
  const answers = counts.reduce((sum, count) => sum + count, 0);
  return (answers / (performance.now() - startMs)) * 1_000;
}

/** Resolves when all of an answer has come. @throws Error when it is not a 200 that tells its length. */
function wholeAnswer(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing: number | null = null;
    const end = (settle: () => void): void => {
      socket.removeAllListeners();
      settle();
    };
    const refuse = (what: unknown): void =>
      end(() => reject(new Error(`Expected an answer, got ${String(what).slice(0, 500)}`)));
    socket.on('data', (chunk: Buffer) => {
      if (missing === null) {
        const headEnd = chunk.indexOf('\r\n\r\n');
        const head = chunk.toString('latin1', 0, headEnd);
        const length = /^HTTP\/1\.1 200 [\s\S]*\r\ncontent-length: (\d+)/i.exec(head)?.[1];
        if (headEnd < 0 || length === undefined) return refuse(head);
        missing = headEnd + 4 + Number(length);
      }
      missing -= chunk.length;
      if (missing === 0) end(resolve);
    });
    socket.on('error', refuse);
    socket.on('close', () => refuse('the end of the connection'));
  });
}
