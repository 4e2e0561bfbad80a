/** The API behind a real socket. */
import type { AddressInfo, Server } from 'node:net';
import { serve } from '@hono/node-server';
import type { GraphOptions } from '../../src/graph.ts';
import { type Api, openApi } from './support.ts';

/** An API that listens. */
export interface Served extends Api {
  /** `http://127.0.0.1:…`. */
  readonly url: string;
  /** Resolves when the next request has come in; its body may still be under way. */
  received(): Promise<void>;
  /** Ends the server, then the engine. */
  close(): Promise<void>;
}

/** Opens an API on a port that is free; `answered` is called for every response. */
export async function serveApi(
  options: GraphOptions = {},
  answered: (answer: Response) => void = () => {},
): Promise<Served> {
  const api = await openApi(options);
  let came = Promise.withResolvers<void>();
  const fetch = async (request: Request): Promise<Response> => {
    came.resolve();
    came = Promise.withResolvers();
    const answer = await api.handler(request);
    answered(answer);
    return answer;
  };
  const server = await new Promise<Server>((resolve) => {
    const made = serve({ fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(made as Server));
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...api,
    url: `http://127.0.0.1:${port}`,
    received: () => came.promise,
    close: async () => {
      await new Promise((done) => server.close(done));
      await api.engine.close();
    },
  };
}
