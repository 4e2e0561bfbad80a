import { describe, expect, it } from 'vitest';
import { AccessTokens } from '../../../../../src/connectors/entra/sign-in/access-tokens.ts';
import { VirtualClock } from '../../../../helpers/virtual-clock.ts';

/** Tokens named by the order in which they were fetched. */
function open(lifeMs = 3_600_000) {
  const clock = new VirtualClock();
  let fetched = 0;
  const tokens = new AccessTokens(async () => {
    fetched += 1;
    return { token: `token ${fetched}`, expiresAtMs: clock.now() + lifeMs };
  }, clock);
  return { clock, tokens };
}

describe('an access token', () => {
  it('is fetched once, however many calls ask for it', async () => {
    const { tokens } = open();
    const all = await Promise.all(Array.from({ length: 100 }, () => tokens.get(false)));
    expect(new Set(all)).toEqual(new Set(['token 1']));
    expect(await tokens.get(false)).toBe('token 1');
  });

  it('is used until five minutes before it expires', async () => {
    const { clock, tokens } = open();
    await tokens.get(false);
    clock.jump(3_299_999);
    expect(await tokens.get(false)).toBe('token 1');
    clock.jump(1);
    expect(await tokens.get(false)).toBe('token 2');
  });

  it('is used for half of its life where that is short', async () => {
    const { clock, tokens } = open(60_000);
    await tokens.get(false);
    clock.jump(29_999);
    expect(await tokens.get(false)).toBe('token 1');
    clock.jump(1);
    expect(await tokens.get(false)).toBe('token 2');
  });

  it('is fetched again after it was refused, once for all calls', async () => {
    const { tokens } = open();
    await tokens.get(false);
    expect(await Promise.all([tokens.get(true), tokens.get(true), tokens.get(true)])).toEqual(
      Array.from({ length: 3 }, () => 'token 2'),
    );
    expect(await tokens.get(false)).toBe('token 2');
  });

  it('is asked for anew after a failure', async () => {
    let calls = 0;
    const fetch = async () => {
      calls += 1;
      if (calls === 1) throw new Error('No connection');
      return { token: 'a token', expiresAtMs: 3_600_000 };
    };
    const tokens = new AccessTokens(fetch, { now: () => 0 });
    await expect(tokens.get(false)).rejects.toThrow('No connection');
    expect(await tokens.get(false)).toBe('a token');
  });
});
