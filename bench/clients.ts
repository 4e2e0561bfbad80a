/** Cheap HTTP clients for a local server: of a response only the length is read. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Requests `path` on `connections` keep-alive connections in parallel for `forMs`. Returns responses per second. */
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

/** Resolves when the whole response has arrived. @throws Error when it is not a 200 with a content length. */
function wholeAnswer(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing: number | null = null;
    const end = (settle: () => void): void => {
      socket.removeAllListeners();
      settle();
    };
    const refuse = (what: unknown): void =>
      end(() =>
        reject(
          new Error(
            `Expected a response with status 200 and a content length, got ${String(what).slice(0, 500)}`,
          ),
        ),
      );
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
