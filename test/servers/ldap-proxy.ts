/** A proxy before an LDAP server that counts requests and has faults happen to them, until TLS begins. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ConnectorFault } from '../../src/testing/connectors/connector-kit.ts';

/** A fault of LDAP. */
export interface LdapFault extends ConnectorFault {
  /** Whether the server has done what the request asks for. */
  readonly isDone: boolean;
  /** The result code that is answered; `null`: the connection is cut; `silence`: nothing comes; `no entries`: only the end. */
  readonly code: number | null | 'silence' | 'no entries';
  /** Whether it happens to changes only: as the answer to a question the code would say something true. */
  readonly isForChanges?: boolean;
}

const answered = (code: number, isTransient: boolean, isForChanges = false): LdapFault => ({
  name: `answers ${code}${isForChanges ? ' to a change' : ''} and does nothing`,
  isTransient,
  isDone: false,
  code,
  isForChanges,
});

/** What can happen to a request. */
export const LDAP_FAULTS: readonly LdapFault[] = [
  answered(16, true, true),
  answered(20, true, true),
  answered(32, true, true),
  answered(49, true),
  answered(50, false),
  answered(51, true),
  answered(52, true),
  answered(53, false),
  answered(66, false, true),
  answered(68, true, true),
  answered(80, true),
  { name: 'cuts the connection before the request', isTransient: true, isDone: false, code: null },
  { name: 'cuts the connection after the request', isTransient: true, isDone: true, code: null },
  { name: 'does it and answers 80', isTransient: true, isDone: true, code: 80 },
];

/** A server that passes messages on to another one, except where a fault says otherwise. */
export interface LdapProxy {
  /** `ldap://127.0.0.1:…`. */
  readonly url: string;
  /** Requests so far. */
  readonly requests: number;
  /** The operations of the requests so far. */
  readonly operations: readonly string[];
  /** Changes that the server has made. */
  readonly changes: number;
  /** Has the request after `requests` further ones meet the fault, once. */
  inject(fault: LdapFault, requests: number): void;
  /** Cuts all connections. */
  cut(): void;
  close(): Promise<void>;
}

/** Tag of a request → its name, and the tag of its answer. RFC 4511 §4. */
const REQUESTS: Readonly<Record<number, readonly [name: string, answer: number]>> = {
  96: ['bind', 0x61],
  99: ['search', 0x65],
  102: ['modify', 0x67],
  104: ['add', 0x69],
  74: ['delete', 0x6b],
  110: ['compare', 0x6f],
  119: ['extended', 0x78],
};
/** The answer to StartTLS, which is the only such request here. */
const EXTENDED = 0x78;
const CHANGES: ReadonlySet<number> = new Set([0x67, 0x69, 0x6b]);

interface Message {
  readonly bytes: Buffer;
  readonly id: Buffer;
  readonly tag: number;
  /** The first value of the operation: the code of an answer. */
  readonly code: number | undefined;
}

/** Opens a proxy on a free port of this host. @param target the server's URL. */
export async function openLdapProxy(target: string): Promise<LdapProxy> {
  const operations: string[] = [];
  let changes = 0;
  const faults = new Map<number, LdapFault>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(target.replace(/^ldap/, 'http')).port), '127.0.0.1');
    const held = new Map<string, LdapFault>();
    let isTls = false;
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // The client is gone, or the server: the other one sees a connection that is cut.
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on(
      'data',
      messages(
        (message) => {
          const [name, answer] = REQUESTS[message.tag] ?? [null, 0];
          const fault = name === null ? undefined : faults.get(operations.length);
          if (name !== null) {
            faults.delete(operations.length);
            operations.push(name);
          }
          const isMet = fault && (!fault.isForChanges || CHANGES.has(answer));
          if (!isMet) upstream.write(message.bytes);
          else if (fault.isDone) {
            held.set(message.id.toString('hex'), fault);
            upstream.write(message.bytes);
          } else if (fault.code === null) cut();
          else if (typeof fault.code === 'number') client.write(answerTo(message, answer, fault.code));
        },
        () => isTls,
        (chunk) => upstream.write(chunk),
      ),
    );
    upstream.on(
      'data',
      messages(
        (message) => {
          if (CHANGES.has(message.tag) && message.code === 0) changes += 1;
          if (message.tag === EXTENDED && message.code === 0) isTls = true;
          const fault = held.get(message.id.toString('hex'));
          if (!fault) client.write(message.bytes);
          else if (Object.values(REQUESTS).some(([, tag]) => tag === message.tag)) {
            if (typeof fault.code === 'number') client.write(answerTo(message, message.tag, fault.code));
            else if (fault.code === 'no entries') client.write(message.bytes);
            else cut();
          }
        },
        () => isTls,
        (chunk) => client.write(chunk),
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return operations.length;
    },
    operations,
    get changes() {
      return changes;
    },
    inject: (fault, after) => void faults.set(operations.length + after, fault),
    cut: cutAll,
    close: async () => {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Splits what comes over a connection into messages; what is hidden by TLS is passed on. */
function messages(
  take: (message: Message) => void,
  isHidden: () => boolean,
  pass: (chunk: Buffer) => void,
): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    if (isHidden()) {
      pass(chunk);
      return;
    }
    rest = Buffer.concat([rest, chunk]);
    for (let end = endOf(rest, 0); end !== null && end <= rest.length; end = endOf(rest, 0)) {
      const bytes = rest.subarray(0, end);
      rest = rest.subarray(end);
      const start = contentOf(bytes, 0);
      const operation = endOf(bytes, start) ?? bytes.length;
      const first = contentOf(bytes, operation);
      take({
        bytes,
        id: bytes.subarray(start, operation),
        tag: bytes[operation] ?? 0,
        code: bytes[contentOf(bytes, first)],
      });
    }
  };
}

/** Where the content of the element at `at` begins. */
function contentOf(bytes: Buffer, at: number): number {
  const length = bytes[at + 1] ?? 0;
  return at + 2 + (length > 127 ? length - 128 : 0);
}

/** Where the element at `at` ends; `null`: its length has not come yet. */
function endOf(bytes: Buffer, at: number): number | null {
  const length = bytes[at + 1];
  if (length === undefined) return null;
  const start = contentOf(bytes, at);
  if (length <= 127) return start + length;
  return bytes.length < start ? null : start + bytes.readUIntBE(at + 2, length - 128);
}

/** An answer without a name and with a text. RFC 4511 §4.1.9. */
function answerTo({ id }: Pick<Message, 'id'>, tag: number, code: number): Buffer {
  const text = Buffer.from('a fault of the test');
  const result = Buffer.concat([Buffer.from([0x0a, 1, code, 0x04, 0, 0x04, text.length]), text]);
  const body = Buffer.concat([id, Buffer.from([tag, result.length]), result]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}
