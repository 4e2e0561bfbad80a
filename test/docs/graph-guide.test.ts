/** Every snippet of the API's guide runs, and prints what it promises; its table is that of the routes. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TABLE } from '../../src/graph/routes/routes.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRIES: Readonly<Record<string, string>> = {
  tenure: join(ROOT, 'src/index.ts'),
  'tenure/graph': join(ROOT, 'src/graph.ts'),
};
const PACKAGES = ['@hono/node-server', '@microsoft/microsoft-graph-client', 'express', 'fastify', 'hono'];
const folder = mkdtempSync(join(tmpdir(), 'tenure-graph-guide-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const guide = readFileSync(join(ROOT, 'src/graph/README.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
  language,
  body,
}));
const snippets = blocks.flatMap((block, index) =>
  block.language === 'ts' ? [{ code: block.body, output: blocks[index + 1] }] : [],
);

/** Where an import of a snippet is found: in this clone. */
function linked(name: string): string {
  const file = ENTRIES[name] ?? (PACKAGES.includes(name) ? import.meta.resolve(name) : undefined);
  if (file === undefined) throw new Error(`The guide imports what is not there: ${name}`);
  return file;
}

function run(
  path: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly status: unknown; readonly stdout: string; readonly stderr: string }> {
  return new Promise((done) => {
    const args = ['--disable-warning=ExperimentalWarning', path];
    execFile(
      process.execPath,
      args,
      { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } },
      (error, stdout, stderr) => done({ status: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe('the guide of the API', () => {
  it('mounts it in Node, Hono, Express and Fastify, and shows tokens, an explanation and the client', () => {
    expect(snippets).toHaveLength(8);
  });

  it.concurrent.each(snippets.map((snippet, index) => ({ ...snippet, name: `example ${index + 1}` })))(
    'prints what it promises in $name',
    async ({ code, output, name }) => {
      const path = join(folder, `${name.replace(' ', '-')}.mts`);
      writeFileSync(
        path,
        code.replace(/from '([^']+)'/g, (_, entry: string) => `from '${linked(entry)}'`),
      );
      expect(output?.language).toBe('text');
      expect(await run(path)).toEqual({ status: 0, stdout: output?.body, stderr: '' });
    },
  );

  it('shows the client with a token over https, against a server that the guide starts so', async () => {
    const [shell, client, output] = blocks.slice(blocks.findIndex(({ body }) => body.includes('--https')));
    const line = shell?.body.split('\n').find((one) => one.startsWith('npx tenure ')) ?? '';
    const tls = (name: string) => join(ROOT, 'test/cli/tls', name);
    const given: Readonly<Record<string, string>> = {
      'cert.pem': tls('cert-for-tests.pem'),
      'key.pem': tls('key-for-tests.pem'),
      '8443': '0',
    };
    writeFileSync(join(folder, 'token.txt'), 'the-token-of-the-service\n');
    const args = line
      .split(' ')
      .slice(2)
      .map((word) => given[word] ?? word);
    const server = spawn(process.execPath, [join(ROOT, 'src/cli/main.ts'), ...args, '--json', '--quiet'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [started] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string];
    const port = new URL(JSON.parse(started).url as string).port;
    const path = join(folder, 'client.mjs');
    const code = client?.body
      .replace('8443', port)
      .replace(/from '(@[^']+)'/g, (_, name: string) => `from '${linked(name)}'`);
    writeFileSync(path, code ?? '');
    const env = { NODE_EXTRA_CA_CERTS: tls('cert-for-tests.pem') };
    expect(await run(path, env)).toEqual({ status: 0, stdout: output?.body, stderr: '' });
    server.kill('SIGTERM');
    await once(server, 'close');
  });

  it('has a row for every route', () => {
    const rows = [...guide.matchAll(/^\| (GET|POST|PATCH|DELETE) +\| `([^`]+)` +\|/gm)];
    const told = rows.map(([, method, path]) => `${method} ${path}`);
    expect(told.sort()).toEqual(TABLE.map(({ method, path }) => `${method} ${path || '/'}`).sort());
  });
});
