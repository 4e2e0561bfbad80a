import { describe, expect, it } from 'vitest';
import { argumentsOf, mailArgumentsSchema } from '../../../../src/connectors/mail/mail-arguments.ts';

const read = (given: Readonly<Record<string, string>>) => argumentsOf('sendWelcomeEmail', given);

describe('the arguments of an e-mail task', () => {
  it('may all be absent, or without a value', () => {
    const none = { to: null, cc: [], customSubject: null, customBody: null, language: null };
    expect(read({})).toEqual(none);
    expect(read({ to: '', cc: ' ', customSubject: '', customBody: '', locale: '' })).toEqual(none);
  });

  it.each([
    ['User', 'user'],
    ['Manager', 'manager'],
    ['managers', 'manager'],
    ['SPONSORS', 'sponsors'],
    ['E7, e8@example.org,,E7', ['E7', 'e8@example.org']],
  ])('take `%s` in `to` for %j', (to, audience) => expect(read({ to }).to).toEqual(audience));

  it('have texts with known names, and a language', () => {
    const given = {
      cc: 'a,b',
      customSubject: '{{userDisplayName}}',
      customBody: 'a\n\n{{user.city}}',
      locale: 'en-us',
    };
    expect(read(given)).toEqual({
      to: null,
      cc: ['a', 'b'],
      customSubject: '{{userDisplayName}}',
      customBody: 'a\n\n{{user.city}}',
      language: 'en-us',
    });
  });

  it.each([
    [
      { customSubject: 'Hi\r\nBcc: eve@example.org' },
      'Expected customSubject to be one line of 1..1000 characters',
    ],
    [{ customSubject: '{{temporaryAccessPass}}' }, 'only in the body of generateTapAndSendEmail'],
    [{ customBody: 'Hi {{firstName}}' }, 'names in braces are known (`{{firstName}}`'],
    [
      { to: 'Sponsors', cc: 'E2' },
      'Expected cc to be absent: a message to Sponsors has no copies, got `"E2"`',
    ],
    [{ to: ',' }, 'Expected to to be 1 to 100 ids of people or addresses, separated by commas, got `","`'],
    [{ locale: 'English' }, 'Expected locale to be a language such as de or en-us, got `"English"`'],
  ])('%j are refused when the task runs, and when the workflow is activated', async (given, message) => {
    expect(() => read(given)).toThrow(
      expect.objectContaining({
        kind: 'refused',
        code: 'BadArgument',
        message: expect.stringContaining(message),
      }),
    );
    const { validate } = mailArgumentsSchema('sendWelcomeEmail')['~standard'];
    expect(await validate(given)).toEqual({ issues: [{ message: expect.stringContaining(message) }] });
  });

  it('name the access pass in the body of the task that has one', () => {
    const given = { customBody: '{{temporaryAccessPass}}' };
    expect(argumentsOf('generateTapAndSendEmail', given).customBody).toBe('{{temporaryAccessPass}}');
    expect(() => read(given)).toThrow('only in the body');
  });
});
