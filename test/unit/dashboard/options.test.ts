import { describe, expect, it } from 'vitest';
import { readDashboardOptions } from '../../../src/dashboard/options.ts';

describe('the options of a dashboard', () => {
  it('have defaults', () => {
    expect(readDashboardOptions(undefined)).toMatchObject({
      authorize: null,
      baseUrl: null,
      readOnly: false,
      sessions: false,
      signInUrl: '',
      environment: '',
    });
  });

  it('allow the host of the base URL', () => {
    const { allowedHosts } = readDashboardOptions({
      baseUrl: 'https://hr.example.com/ops',
      allowedHosts: ['x'],
    });
    expect(allowedHosts).toEqual(['x', 'hr.example.com']);
  });

  it.each(['javascript:alert(1)', '//evil.example.com', 'data:text/html,x', 'ftp://x'])(
    'refuse %s as a link to sign in',
    (signInUrl) => {
      expect(() => readDashboardOptions({ signInUrl })).toThrow('Expected signInUrl to be a path, or a URL');
    },
  );

  it.each(['/login', './login?next=ops', '../login', 'https://id.example.com/'])('take %s', (signInUrl) => {
    expect(readDashboardOptions({ signInUrl }).signInUrl).toBe(signInUrl);
  });

  it('are refused by name when there is none of that name', () => {
    expect(() => readDashboardOptions({ readOnlyRuns: true } as never)).toThrow(/readOnlyRuns/);
  });
});
