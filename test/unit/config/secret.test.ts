import { describe, expect, it } from 'vitest';
import { readHeaders, readSecret } from '../../../src/config/secret.ts';

const read = (value: unknown, isJson: boolean, env = {}) =>
  readSecret({ path: 'connections.app.token', value }, { isJson, env });

describe('a secret', () => {
  it('comes from a variable, in code also from a text or a function', async () => {
    expect(await read({ env: 'TOKEN' }, true, { TOKEN: 'x' })()).toBe('x');
    expect(await read({ env: 'TOKEN' }, false, { TOKEN: 'x' })()).toBe('x');
    expect(await read('x', false)()).toBe('x');
    expect(await read(async () => 'x', false)()).toBe('x');
  });

  it.each([
    ['a text in JSON', 's3cret', true, 'the variable that has it, got a text'],
    ['an empty text', '', false, 'Expected connections.app.token to be a secret, got an empty text'],
    ['a number', 1234, false, 'or a text, or a function, got something else'],
    [
      'a variable that is not set',
      { env: 'TOKEN' },
      true,
      'token.env to be a variable that is set, got TOKEN',
    ],
    ['what is no name', { env: 's3cret=1' }, true, 'got something else'],
    ['further fields', { env: 'TOKEN', value: 's3cret' }, true, 'got something else'],
  ])('that is %s is refused, and not shown', (_, value, isJson, message) => {
    expect(() => read(value, isJson)).toThrow(message);
    expect(() => read(value, isJson)).not.toThrow(/s3cret|1234/);
  });

  it('can be the value of a header beside texts', () => {
    const value = { 'x-api-key': { env: 'KEY' }, 'x-tenant': 'acme' };
    const headers = (env = {}) =>
      readHeaders({ path: 'connections.app.headers', value }, { isJson: true, env });
    expect(headers({ KEY: 'k' })).toEqual({ 'x-api-key': 'k', 'x-tenant': 'acme' });
    expect(() => headers()).toThrow('headers.x-api-key.env to be a variable that is set, got KEY');
  });

  it('that a function does not give is refused when it is needed', async () => {
    await expect(read(() => 7 as unknown as string, false)()).rejects.toThrow('a function that gives a text');
  });
});
