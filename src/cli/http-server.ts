import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { GraphHandler } from '../graph.ts';
import type { DurationMs } from '../model/time.ts';
import type { Clock } from '../ports/clock.ts';
import { CliError, messageOf } from './cli-error.ts';

/** The only address that is listened on: other machines cannot connect. */
const LOOPBACK = '127.0.0.1';

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Options of https. */
export interface CertificateOptions {
  readonly https?: boolean;
  readonly cert?: string;
  readonly key?: string;
}

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Takes no more requests, and lets those that are being answered end within `limitMs`. */
  close(limitMs: DurationMs): Promise<void>;
}

/** The certificate that the options name; `null`: plain http. @throws CliError when one is missing or does not fit. */
export async function readCertificate(options: CertificateOptions): Promise<Certificate | null> {
  const { https, cert, key } = options;
  if (cert === undefined && key === undefined && !https) return null;
  if (cert === undefined || key === undefined) {
    throw new CliError(
      `Expected https to come with --cert FILE and --key FILE, got no --${cert === undefined ? 'cert' : 'key'}`,
      'For this machine only, make one with: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out cert.pem',
    );
  }
  const certificate = { cert: await readPem('--cert', cert), key: await readPem('--key', key) };
  const { createSecureContext } = await import('node:tls');
  try {
    createSecureContext(certificate);
  } catch (cause) {
    throw new CliError(
      `Expected ${cert} and ${key} to be a certificate and its key, PEM, not encrypted, got: ${messageOf(cause)}`,
      null,
      { cause },
    );
  }
  return certificate;
}

async function readPem(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError(`Expected ${option} to be a file that can be read, got ${messageOf(cause)}`, null, {
      cause,
    });
  }
}

/** Listens on loopback. @throws CliError for a port that is taken. */
export async function openServer(
  handler: GraphHandler,
  { port, certificate, clock }: { port: number; certificate: Certificate | null; clock: Clock },
): Promise<RunningServer> {
  const { serve } = await import('@hono/node-server');
  const secure = certificate && {
    createServer: (await import('node:https')).createServer,
    serverOptions: certificate,
  };
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: handler, hostname: LOOPBACK, port, ...secure }, (info) =>
      resolve({
        // Certificates are for names, as a rule.
        url: certificate ? `https://localhost:${info.port}` : `http://${LOOPBACK}:${info.port}`,
        close: (limitMs) => closeServer(server, clock, limitMs),
      }),
    ) as Server; // HTTP/1.1, since no other was asked for
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      const message = `Expected port ${port} to be free, got one that another program has`;
      reject(new CliError(message, 'Name another one with --port, or 0 for any', { cause: error }));
    });
  });
}

function closeServer(server: Server, clock: Clock, limitMs: DurationMs): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(limitMs, () => server.closeAllConnections());
    server.close(() => {
      timer.cancel();
      resolve();
    });
    server.closeIdleConnections();
  });
}
