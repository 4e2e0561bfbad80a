import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config/read-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenure-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const read = (name: string, content: string | null) => {
  const path = join(folder, name);
  if (content !== null) writeFileSync(path, content);
  return readConfig(path);
};

describe('a configuration file', () => {
  it('is JSON or a module', async () => {
    const config = { connections: { people: { kind: 'file', path: 'p.csv' } } };
    expect(await read('a.json', `\uFEFF${JSON.stringify(config)}`)).toMatchObject({ isJson: true, config });
    expect(await read('a.mjs', `export default ${JSON.stringify(config)}`)).toMatchObject({
      isJson: false,
      config,
    });
  });

  it.each([
    ['none.json', null, 'none.json: Expected a configuration, got no file'],
    ['none.mts', null, 'none.mts: Expected a configuration, got no file'],
    ['bad.json', '{', 'bad.json: Expected JSON, got: '],
    ['near.json', '{\n  "a": 1,\n  "token": hunter2\n}', /: Unexpected token 'h' near line 3$/],
    ['first.json', 'hunter2', /: Unexpected token 'h' near line 1$/],
    ['comma.json', '{"token": "hunter2" "b"}', /^(?!.*hunter2).*Expected ',' or '}' after property value/],
    ['throws.mjs', 'throw null', 'Expected a module that loads, got: null'],
    ['bad.mjs', 'export default {', 'bad.mjs: Expected a module that loads, got: '],
    ['other.mjs', 'export const config = {}', 'Expected `export default defineConfig({ … })`'],
    ['config.yaml', 'connections: {}', 'Expected a file that ends in .ts, .mts, .js, .mjs or .json'],
    ['empty.json', '{}', 'empty.json: Expected connections to be an object'],
    ['tasks.json', '{"connections":{},"tasks":{"badge":{}}}', 'Expected tasks to be absent in JSON'],
    ['tasks.mjs', 'export default {connections:{},tasks:{badge:7}}', 'Expected tasks.badge to be a function'],
  ])('%s is refused with its name', async (name, content, message) => {
    await expect(read(name, content)).rejects.toThrow(message);
  });
});
