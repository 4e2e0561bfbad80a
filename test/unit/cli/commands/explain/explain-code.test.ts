import { describe, expect, it } from 'vitest';
import { tenure } from '../../support.ts';

describe('tenure explain CODE', () => {
  it('says what the code of an error means, why it comes and what to do', async () => {
    const { code, stdout } = await tenure('explain', 'StoreLocked');
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.slice(0, 40))).toEqual([
      'StoreLocked · HTTP 503 serviceNotAvailab',
      'Another process writes this file; `detai',
      '  cause   An engine, or a command that w',
      '  remedy  Stop the process in the messag',
      '  where   `sqliteStore`, commands that w',
      '',
    ]);
  });

  it.each([
    ['TimedOut', 'TimedOut · of a failed task · given by the engine\n'],
    ['groupmissing', 'GroupMissing · of a failed task · given by SCIM, LDAP, Entra\n'],
    ['Http404', 'Http404 · of a failed task · given by SCIM, Entra, webhooks, handlers\n'],
    ['ECONNRESET', 'ECONNRESET · of a failed task · given by connections, handlers\n'],
  ])('knows %s, of failed tasks', async (name, first) => {
    expect((await tenure('explain', name)).stdout.startsWith(first)).toBe(true);
  });

  it('is data with --json', async () => {
    expect(JSON.parse((await tenure('explain', 'storefull', '--json')).stdout)).toMatchObject({
      code: 'StoreFull',
      status: 507,
      retryable: true,
      remedy: expect.stringContaining('Make room'),
    });
    expect(JSON.parse((await tenure('explain', 'Smtp550', '--json')).stdout)).toMatchObject({
      code: 'Smtp550',
      by: 'mail',
    });
  });

  it.each([
    ['StorLocked', 'got StorLocked; did you mean StoreLocked?'],
    ['Offboard', 'Expected the code of an error, or a workflow and a person, got Offboard\n'],
  ])('refuses %s, with what may be meant', async (name, message) => {
    const { code, stderr } = await tenure('explain', name);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  it('still needs the database for a person', async () => {
    const { code, stderr } = await tenure('explain', 'First day', 'ada');
    expect([code, stderr]).toEqual([1, expect.stringContaining("required option '--db <file|url>'")]);
  });
});
