/** The programs and commands of src/config/README.md do what the page says, on a real service. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectCode, workplace } from '../cli/support.ts';
import { SCIM_TOKEN, type ScimServer, startScimServer } from '../servers/scim-server.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../src/config/README.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, body = '']) => body,
  );

describe('the guide of configurations', () => {
  const place = workplace();
  let server: ScimServer;
  beforeAll(async () => {
    server = await startScimServer();
  });
  afterAll(() => server.close());

  it('has a configuration, people and a workflow, and commands that print what it says', async () => {
    const [config = ''] = blocks('ts');
    await place.write('tenure.config.ts', config.replace(/https:\/\/app\.example\.com/, server.url));
    await place.write('people.csv', blocks('csv')[0] ?? '');
    await place.write('joiner.json', blocks('json')[0] ?? '');
    const commands = (blocks('sh')[0] ?? '').trim().split('\n');
    const printed: string[] = [];
    for (const command of commands) {
      const [, ...args] = command.split(' ');
      const result = await place.start(args, { SCIM_TOKEN }).ended;
      printed.push(expectCode(result, 0).stdout);
    }
    expect(printed.slice(0, 2)).toEqual(blocks('text'));
    expect([...server.data.users.values()].map(({ userName }) => userName).sort()).toEqual([
      'ana@example.org',
      'ben@example.org',
    ]);
  });

  it('links to pages that exist', () => {
    const links = [...PAGE.matchAll(/\]\(([^)#]+)/g)].map(([, path = '']) => path);
    for (const link of links) readFileSync(join(import.meta.dirname, '../../src/config', link));
  });
});
