/** The API behind a real socket. */
import type { AddressInfo, Server } from 'node:net';
import { serve } from '@hono/node-server';
import type { GraphOptions } from '../../src/graph.ts';
import { type Api, openApi } from './support.ts';

/** An API that listens. */
export interface Served extends Api {
  /** `http://127.0.0.1:…`. */
  readonly url: string;
  /** Ends the server, then the engine. */
  close(): Promise<void>;
}

/** Opens an API on a port that is free. */
export async function serveApi(options: GraphOptions = {}): Promise<Served> {
  const api = await openApi(options);
  const server = await new Promise<Server>((resolve) => {
    const made = serve({ fetch: api.handler, hostname: '127.0.0.1', port: 0 }, () => resolve(made as Server));
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...api,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await new Promise((done) => server.close(done));
      await api.engine.close();
    },
  };
}
