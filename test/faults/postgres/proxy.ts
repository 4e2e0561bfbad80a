/**
 * A network that fails between worker and server, at commits only: an answer that is lost after the server has
 * committed, or a request that arrives when the worker has long given it up. Reads PostgreSQL's protocol, version 3.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from '../../../src/ports/random.ts';

/** How often what happens to a commit: shares, 0..1. */
export interface Losses {
  readonly answersLost: number;
  readonly requestsLate: number;
}

/** A late request arrives after this time, at most, ms. */
const LATE_MS_MAX = 600;
/** How statements that commit a slice begin, beside COMMIT itself. */
const COMMIT = /^(?:COMMIT\b|WITH\s+slice AS \(UPDATE)/;
/** Lengths in the protocol: the type of a message, and the number of its bytes. */
const TYPE_BYTES = 1;
const LENGTH_BYTES = 4;

/** A proxy in front of a server. */
export class LossyProxy {
  /** What was lost so far. */
  readonly lost = { answers: 0, lateRequests: 0 };
  readonly #random: Random;
  readonly #losses: Losses;
  readonly #to: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(to: URL, losses: Losses, random: Random) {
    this.#to = { host: to.hostname, port: Number(to.port) };
    this.#losses = losses;
    this.#random = random;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** @param to the server's URL. */
  static async open(
    to: string,
    losses: Losses,
    random: Random,
  ): Promise<{ readonly proxy: LossyProxy; readonly url: string }> {
    const url = new URL(to);
    const proxy = new LossyProxy(url, losses, random);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    const address = proxy.#server.address();
    url.port = String(typeof address === 'object' ? address?.port : '');
    return { proxy, url: url.href };
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client: Socket): void {
    const server = connect(this.#to);
    const requests = new Requests();
    const answers = new Messages(false);
    let isLate = false;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {}); // `close` follows
      socket.on('close', () => {
        this.#sockets.delete(socket);
        if (!isLate) other.destroy();
      });
    }
    client.on('data', (chunk) => {
      const commits = requests.read(chunk);
      if (isLate) return;
      if (commits > 0 && this.#random.next() < this.#losses.requestsLate) {
        isLate = true;
        this.lost.lateRequests += 1;
        client.destroy();
        setTimeout(() => server.end(chunk), this.#random.next() * LATE_MS_MAX);
      } else server.write(chunk);
    });
    server.on('data', (chunk) => {
      const ready = answers.read(chunk).filter(({ type }) => type === 'Z');
      const commits = ready.filter(() => requests.answered()).length;
      if (commits > 0 && this.#random.next() < this.#losses.answersLost) {
        this.lost.answers += 1;
        client.destroy();
        server.destroy();
      } else if (!isLate) client.write(chunk);
    });
  }
}

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** Cuts a stream into messages. */
class Messages {
  #rest: Buffer = Buffer.alloc(0);
  /** The first message of a client has no type. */
  #isUntyped: boolean;

  constructor(isClient: boolean) {
    this.#isUntyped = isClient;
  }

  read(chunk: Buffer): readonly Message[] {
    const messages: Message[] = [];
    let bytes = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const head = this.#isUntyped ? 0 : TYPE_BYTES;
      if (bytes.length < head + LENGTH_BYTES) break;
      const end = head + bytes.readUInt32BE(head);
      if (bytes.length < end) break;
      const type = this.#isUntyped ? '' : String.fromCharCode(bytes[0] ?? 0);
      messages.push({ type, body: bytes.subarray(head + LENGTH_BYTES, end) });
      this.#isUntyped = false;
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
    return messages;
  }
}

/** The requests of a connection: which of those that have no answer yet are commits. */
class Requests {
  readonly #messages = new Messages(true);
  readonly #commitStatements = new Set<string>();
  /** Per request that waits for its answer. */
  readonly #waiting: boolean[] = [];
  #isCommit = false;

  /** How many commits a chunk completes. */
  read(chunk: Buffer): number {
    let commits = 0;
    for (const { type, body } of this.#messages.read(chunk)) {
      const texts = () => body.toString('latin1').split('\0');
      if (type === 'P') {
        const [name = '', text = ''] = texts();
        if (COMMIT.test(text)) this.#commitStatements.add(name);
      } else if (type === 'B') this.#isCommit ||= this.#commitStatements.has(texts()[1] ?? '');
      else if (type === 'Q' || type === 'S') {
        const isCommit = type === 'S' ? this.#isCommit : COMMIT.test(texts()[0] ?? '');
        this.#isCommit = false;
        this.#waiting.push(isCommit);
        if (isCommit) commits += 1;
      }
    }
    return commits;
  }

  /** The next request is answered; whether it was a commit. */
  answered(): boolean {
    return this.#waiting.shift() ?? false; // the first answer is to the start of the session
  }
}
