import { describe, expect, it } from 'vitest';
import { entraConnection } from '../../../../src/connectors/entra/entra-connection.ts';
import {
  type EntraMailOptions,
  entraMailSender,
  entraSponsors,
} from '../../../../src/connectors/entra/entra-mail.ts';
import { guid } from '../../../servers/entra/entra-data.ts';
import { ANA, tenant } from './support.ts';

const MESSAGE = {
  key: 'run/task/user',
  to: [{ address: 'ana@contoso.example', name: 'Ana Núñez' }],
  cc: [{ address: 'bo@contoso.example' }],
  subject: 'Welcome',
  text: 'Hello',
  html: '<p>Hello</p>',
  language: 'en',
};

function open(options: Partial<EntraMailOptions> = {}, status = 202) {
  const sent: { readonly url: string; readonly body: unknown }[] = [];
  const answer = async (url: string | URL | Request, init?: RequestInit) => {
    sent.push({ url: String(url), body: JSON.parse(String(init?.body)) });
    return new Response(null, { status });
  };
  const connection = entraConnection({
    credential: { getToken: async () => ({ token: 'a token', expiresOnTimestamp: 1e15 }) },
    fetch: answer,
  });
  const sender = entraMailSender(connection, { from: 'hr@contoso.example', ...options });
  return { sent, sender, send: () => sender.send(MESSAGE, new AbortController().signal) };
}

describe('mail from a mailbox of the tenant', () => {
  it('is sent as HTML with its recipients, and with the key by which a repeat can be recognized', async () => {
    const { sent, send } = open();
    await send();
    expect(sent).toEqual([
      {
        url: 'https://graph.microsoft.com/v1.0/users/hr%40contoso.example/sendMail',
        body: {
          message: {
            subject: 'Welcome',
            body: { contentType: 'HTML', content: '<p>Hello</p>' },
            toRecipients: [{ emailAddress: { address: 'ana@contoso.example', name: 'Ana Núñez' } }],
            ccRecipients: [{ emailAddress: { address: 'bo@contoso.example' } }],
            internetMessageHeaders: [{ name: 'x-message-key', value: 'run/task/user' }],
          },
          saveToSentItems: false,
        },
      },
    ]);
  });

  it('is sent again after a lost answer, or not, as the options say', async () => {
    await expect(open({}, 504).send()).rejects.toMatchObject({ kind: 'unknown' });
    await expect(open({ uncertain: 'fail' }, 504).send()).rejects.toMatchObject({
      kind: 'refused',
      code: 'MailUncertain',
    });
    await expect(open({ uncertain: 'fail' }, 429).send()).rejects.toMatchObject({ kind: 'throttled' });
    expect(open().sender.uncertain).toBe('send');
  });

  it('needs a mailbox', () => {
    expect(() => open({ from: '' })).toThrow('Expected from to be one line of 1..320 characters');
  });
});

describe('the sponsors of a person', () => {
  const entra = tenant();

  it('are those that Entra has, with their addresses', async () => {
    const [bo, cy] = [guid('a', 2), guid('a', 3)];
    entra.addAna({ sponsorIds: [bo, cy] });
    entra.data.addUser({ id: bo, displayName: 'Bo', mail: 'bo@contoso.example' });
    entra.data.addUser({ id: cy, displayName: 'Cy' });
    const sponsorsOf = entraSponsors(entra.connect());
    expect(await sponsorsOf({ id: ANA }, new AbortController().signal)).toEqual([
      { id: bo, displayName: 'Bo', mail: 'bo@contoso.example' },
      { id: cy, displayName: 'Cy', mail: null },
    ]);
  });
});
