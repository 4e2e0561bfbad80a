import { describe, expect, it } from 'vitest';
import { Sessions } from '../../../src/dashboard/sessions.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

const ADA = { id: 'ada', permissions: 'all' } as const;

function make() {
  const clock = new VirtualClock();
  let made = 0;
  const secret = () => {
    made += 1;
    return `secret-${made}`;
  };
  const sessions = new Sessions({ clock, secret });
  const withCookie = (cookie: string) => new Request('http://localhost/', { headers: { Cookie: cookie } });
  const sent = (setCookie: string) => withCookie(`other=1; ${setCookie.split(';')[0]}`);
  return { clock, sessions, withCookie, sent };
}

describe('sessions', () => {
  it('are known by a cookie that scripts and other sites cannot use', () => {
    const { sessions, sent } = make();
    const cookie = sessions.open(ADA, '/ops/', true);
    expect(cookie).toBe(
      'tenure-session=secret-1; Path=/ops/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure',
    );
    expect(sessions.principalOf(sent(cookie))).toBe(ADA);
  });

  it('do not exist for other secrets, and without a cookie', () => {
    const { sessions, withCookie } = make();
    sessions.open(ADA, '/', false);
    for (const cookie of ['', 'tenure-session=', 'tenure-session=secret-2', 'xtenure-session=secret-1'])
      expect(sessions.principalOf(withCookie(cookie))).toBeNull();
  });

  it('end after twelve hours', () => {
    const { clock, sessions, sent } = make();
    const cookie = sessions.open(ADA, '/', false);
    clock.jump(12 * 3_600_000 - 1);
    expect(sessions.principalOf(sent(cookie))).toBe(ADA);
    clock.jump(1);
    expect(sessions.principalOf(sent(cookie))).toBeNull();
  });

  it('end when they are signed out of, and the cookie with them', () => {
    const { sessions, sent } = make();
    const request = sent(sessions.open(ADA, '/', false));
    expect(sessions.end(request, '/', false)).toBe(
      'tenure-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    );
    expect(sessions.principalOf(request)).toBeNull();
  });

  it('are opened by a code once, within ten minutes', () => {
    const { clock, sessions } = make();
    const code = sessions.newCode(ADA);
    expect(sessions.redeem('secret-9')).toBeNull();
    expect(sessions.redeem(code)).toBe(ADA);
    expect(sessions.redeem(code)).toBeNull();
    const late = sessions.newCode(ADA);
    clock.jump(600_000);
    expect(sessions.redeem(late)).toBeNull();
  });

  it('are no codes, and codes are no sessions', () => {
    const { sessions, sent, withCookie } = make();
    const code = sessions.newCode(ADA);
    expect(sessions.principalOf(withCookie(`tenure-session=${code}`))).toBeNull();
    const cookie = sessions.open(ADA, '/', false);
    expect(sessions.redeem('secret-2')).toBeNull();
    expect(sessions.principalOf(sent(cookie))).toBe(ADA);
  });

  it('are at most a thousand: the oldest makes room', () => {
    const { sessions, sent } = make();
    const cookies = Array.from({ length: 1_001 }, () => sessions.open(ADA, '/', false));
    expect(sessions.principalOf(sent(cookies[0] as string))).toBeNull();
    expect(sessions.principalOf(sent(cookies[1] as string))).toBe(ADA);
    expect(sessions.principalOf(sent(cookies[1_000] as string))).toBe(ADA);
  });
});
