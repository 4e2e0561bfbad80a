import { describe, expect, it } from 'vitest';
import type { PassMailer } from '../../../../../src/connectors/entra/tasks/access-pass-task.ts';
import { ConnectorError } from '../../../../../src/connectors/kernel/connector-error.ts';
import { ANA, START_MS, tenant } from '../support.ts';

const entra = tenant();

/** Keeps the passes that it was given. */
function mailer(fails: (pass: string) => unknown = () => null) {
  const sent: string[] = [];
  const mail: PassMailer = async () => ({
    change: 'mail to bo@contoso.example: Access for Ana',
    note: null,
    send: async ({ temporaryAccessPass }) => {
      sent.push(temporaryAccessPass);
      const failure = fails(temporaryAccessPass);
      if (failure !== null) throw failure;
    },
  });
  return { sent, mail };
}
const passes = () => entra.data.passes.get(ANA) ?? [];

describe('the task of the Temporary Access Pass', () => {
  it('makes a pass in place of the last one, and hands it to the message alone', async () => {
    entra.addAna();
    const { sent, mail } = mailer();
    const call = { options: { mail }, given: { tapLifetimeMinutes: '480', tapIsUsableOnce: 'true' } };
    const changes = ['Temporary Access Pass: made', 'mail to bo@contoso.example: Access for Ana'];
    expect(await entra.preview('generateTapAndSendEmail', call)).toEqual({ changes });
    expect(sent).toEqual([]);
    for (const _ of [1, 2]) expect(await entra.run('generateTapAndSendEmail', call)).toEqual({ changes });
    expect(sent).toEqual([expect.stringMatching(/^PASS-/), expect.stringMatching(/^PASS-/)]);
    expect(passes()).toMatchObject([
      { temporaryAccessPass: sent[1], lifetimeInMinutes: 480, isUsableOnce: true },
    ]);
    expect(passes()[0]).not.toHaveProperty('startDateTime');
  });

  it('makes a pass that begins on the day of hire, where that is to come', async () => {
    entra.addAna();
    const hired = (days: number) => new Date(START_MS + days * 86_400_000).toISOString();
    const call = (days: number) => ({
      subject: { id: ANA, employeeHireDate: hired(days) },
      options: { mail: mailer().mail },
    });
    await entra.run('generateTapAndSendEmail', call(7));
    expect(passes()).toMatchObject([{ startDateTime: hired(7), lifetimeInMinutes: 60, isUsableOnce: false }]);
    await entra.run('generateTapAndSendEmail', call(-7));
    expect(passes()[0]).not.toHaveProperty('startDateTime');
  });

  it('makes no pass for a message that cannot be sent', async () => {
    entra.addAna();
    const mail: PassMailer = () =>
      Promise.reject(new ConnectorError('refused', 'The person has no manager', { code: 'AddressMissing' }));
    await expect(entra.run('generateTapAndSendEmail', { options: { mail } })).rejects.toMatchObject({
      failureCode: 'AddressMissing',
    });
    expect(passes()).toEqual([]);
  });

  it.each([
    (pass: string) => new ConnectorError('refused', `550 refused: your pass is ${pass}`, { code: 'Smtp550' }),
    (pass: string) => new Error(`Could not send "${pass}"`),
    (pass: string) => `no error, but ${pass}`,
  ])('%# fails without the pass in its reason', async (fails) => {
    entra.addAna();
    const { sent, mail } = mailer(fails);
    const failure: Error = await entra.run('generateTapAndSendEmail', { options: { mail } }).then(
      () => Promise.reject(new Error('Expected a failure')),
      (error) => error,
    );
    expect(failure.message).toContain('(pass)');
    for (let at: unknown = failure; at instanceof Error; at = at.cause)
      expect(at.message).not.toContain(sent[0]);
  });

  it.each(['9', '43201', '1e3', 'an hour'])(
    'refuses a lifetime of %s minutes',
    async (tapLifetimeMinutes) => {
      const call = { options: { mail: mailer().mail }, given: { tapLifetimeMinutes } };
      await expect(entra.run('generateTapAndSendEmail', call)).rejects.toMatchObject({
        failureCode: 'BadArgument',
        message: `Expected tapLifetimeMinutes to be 10 to 43200, got \`${tapLifetimeMinutes}\``,
      });
    },
  );

  it('is not among the handlers without a mailer', async () => {
    await expect(entra.run('generateTapAndSendEmail')).rejects.toThrow('Expected a handler');
  });
});
