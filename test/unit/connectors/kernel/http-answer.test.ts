import { describe, expect, it } from 'vitest';
import {
  codeOfSocketError,
  kindOfSocketError,
  kindOfStatus,
  retryAfterOf,
} from '../../../../src/connectors/kernel/http-answer.ts';

describe('the meaning of an HTTP status', () => {
  it.each([
    [301, 'refused'],
    [400, 'refused'],
    [401, 'unauthorized'],
    [403, 'refused'],
    [404, 'missing'],
    [408, 'unknown'],
    [409, 'conflict'],
    [410, 'missing'],
    [412, 'conflict'],
    [413, 'refused'],
    [422, 'refused'],
    [423, 'conflict'],
    [425, 'throttled'],
    [429, 'throttled'],
    [500, 'unknown'],
    [501, 'refused'],
    [502, 'unknown'],
    [503, 'throttled'],
    [504, 'unknown'],
    [507, 'unknown'],
  ] as const)('%i is %s', (status, kind) => {
    expect(kindOfStatus(status)).toBe(kind);
  });
});

describe('the meaning of a connection that failed', () => {
  const failed = (code: string) =>
    new TypeError('fetch failed', { cause: Object.assign(new Error('socket'), { code }) });

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])(
    '%s: no connection was made',
    (code) => expect(kindOfSocketError(failed(code))).toBe('unreachable'),
  );

  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ETIMEDOUT', 'UND_ERR_BODY_TIMEOUT'])(
    '%s: the call may have had its effect',
    (code) => expect(kindOfSocketError(failed(code))).toBe('unknown'),
  );

  it.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('%s: the certificate will not be trusted the next time either', (code) =>
    expect(kindOfSocketError(failed(code))).toBe('refused'),
  );

  it('is unknown where no error has a code', () => {
    for (const error of [new Error('x'), 'text', null, Object.assign(new Error('x'), { code: 7 })])
      expect([codeOfSocketError(error), kindOfSocketError(error)]).toEqual([null, 'unknown']);
  });

  it('is found in a cause of an error, not beyond the fifth', () => {
    const wrapped = (levels: number): Error =>
      levels === 0
        ? Object.assign(new Error('x'), { code: 'EPIPE' })
        : new Error('y', { cause: wrapped(levels - 1) });
    expect(codeOfSocketError(wrapped(4))).toBe('EPIPE');
    expect(codeOfSocketError(wrapped(5))).toBeNull();
  });
});

describe('the wait of a Retry-After header', () => {
  const nowMs = Date.parse('2026-03-01T12:00:00Z');
  it.each([
    ['120', 120_000],
    [' 5 ', 5_000],
    ['0', 0],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:59:00 GMT', 0],
    ['999999999', 86_400_000],
    ['soon', null],
    ['', null],
    [null, null],
  ])('%s → %s ms', (header, waitMs) => {
    expect(retryAfterOf(header, nowMs)).toBe(waitMs);
  });
});
