import { describe, expect, it } from 'vitest';
import { deliveryFailure, type FailedDelivery } from '../../../../src/connectors/mail/smtp-answer.ts';

const DELIVERY: FailedDelivery = {
  host: 'smtp.example.org:587',
  isBegun: false,
  isTimeout: false,
  timeoutMs: 60_000,
  uncertain: 'send',
};

/** An error as nodemailer makes it. */
function answer(response: string, code = 'EENVELOPE', command = 'RCPT TO') {
  return Object.assign(new Error('failed'), {
    code,
    command,
    response,
    responseCode: Number(response.slice(0, 3)),
  });
}

describe('what an answer means', () => {
  it.each([
    ['421 4.3.2 closing', 'throttled'],
    ['432 4.3.2 too many connections', 'throttled'],
    ['450-4.7.1 slow\n450 4.7.1 down', 'throttled'],
    ['452 4.3.1 no space', 'throttled'],
    ['550 5.1.1 no such mailbox', 'refused'],
    ['554 rejected', 'refused'],
    ['530 5.7.0 sign in first', 'unauthorized'],
    ['535 5.7.8 wrong', 'unauthorized'],
    ['354 go on', 'refused'],
  ])('`%s` is %s, whether or not the message was begun', (response, kind) => {
    for (const isBegun of [false, true])
      expect(deliveryFailure(answer(response), { ...DELIVERY, isBegun, uncertain: 'fail' })).toMatchObject({
        kind,
        code: `Smtp${response.slice(0, 3)}`,
        message: `smtp.example.org:587 answered ${response.replace('\n', ' ')}`,
      });
  });

  it.each(['450 4.2.1 busy', '451 try later', '452 4.2.2 full'])('`%s` has this message wait', (response) => {
    expect(deliveryFailure(answer(response), DELIVERY)).toMatchObject({
      name: 'RetryAfter',
      scope: 'task',
      delayMs: 60_000,
      failureCode: `Smtp${response.slice(0, 3)}`,
    });
  });

  it('tells a sign-in that is refused from one that cannot be tried now', () => {
    expect(deliveryFailure(answer('504 no', 'EAUTH', 'AUTH PLAIN'), DELIVERY)).toMatchObject({
      kind: 'unauthorized',
    });
    expect(deliveryFailure(answer('454 later', 'EAUTH', 'AUTH PLAIN'), DELIVERY)).toMatchObject({
      kind: 'throttled',
    });
  });

  it('says that STARTTLS may be missing', () => {
    expect(deliveryFailure(answer('502 what?', 'ETLS', 'STARTTLS'), DELIVERY)).toMatchObject({
      kind: 'refused',
      message: 'smtp.example.org:587 answered 502 what?; the server may have no STARTTLS',
    });
  });

  it('is one line of bounded length', () => {
    const { message } = deliveryFailure(answer(`550 ${'x\r\n\0'.repeat(500)}`), DELIVERY);
    expect(message).toMatch(/^smtp\.example\.org:587 answered 550 x x/);
    expect(message.length).toBeLessThan(350);
  });
});

describe('what no answer means', () => {
  const error = (fields: object) => Object.assign(new Error('lost'), fields);
  const cases = [
    [{ code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' }, 'ECONNREFUSED'],
    [{ code: 'ECONNECTION', command: 'CONN' }, 'ECONNECTION'],
    [{ code: 'EDNS', originalCode: 'ENOTFOUND', command: 'CONN' }, 'ENOTFOUND'],
    [{ code: 'ETIMEDOUT', command: 'CONN' }, 'Timeout'],
    [{}, 'ConnectionFailed'],
  ] as const;

  it.each(cases)('%j before the message: it had no effect (%s)', (fields, code) => {
    expect(deliveryFailure(error(fields), DELIVERY)).toMatchObject({ kind: 'unreachable', code });
  });

  it.each(cases)('%j within the message: it may have been sent', (fields) => {
    const begun = { ...DELIVERY, isBegun: true };
    const message = expect.stringMatching(/: the message may have been sent$/);
    expect(deliveryFailure(error(fields), begun)).toMatchObject({
      kind: 'unknown',
      code: 'MailUncertain',
      message,
    });
    expect(deliveryFailure(error(fields), { ...begun, uncertain: 'fail' })).toMatchObject({
      kind: 'refused',
      code: 'MailUncertain',
      message,
    });
  });

  it('is the end of its time', () => {
    expect(deliveryFailure(error({ code: 'EABORT' }), { ...DELIVERY, isTimeout: true })).toMatchObject({
      kind: 'unreachable',
      message: 'smtp.example.org:587 did not answer within 60000 ms',
    });
  });

  it.each([
    { code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: 'self-signed certificate' },
    { code: 'ETLS', message: 'Error initiating TLS - self-signed certificate' },
  ])('%j is a certificate that stays refused', (fields) => {
    expect(deliveryFailure(fields, DELIVERY)).toMatchObject({ kind: 'refused', code: 'TlsFailed' });
  });

  it.each([
    { code: 'EENVELOPE', command: 'API', message: 'No recipients defined' },
    { code: 'EMESSAGE', command: 'MAIL FROM', message: 'Message size larger than allowed 10' },
  ])('%j is a message that no server gets', (fields) => {
    expect(deliveryFailure(fields, DELIVERY)).toMatchObject({
      kind: 'refused',
      message: `The message cannot be sent: ${fields.message}`,
    });
  });

  it('is a connection that was lost in the upgrade to TLS', () => {
    expect(
      deliveryFailure({ code: 'ETLS', message: 'Connection closed unexpectedly' }, DELIVERY),
    ).toMatchObject({
      kind: 'unreachable',
    });
  });
});
