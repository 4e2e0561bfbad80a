import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureCodeOf, failureReasonOf } from '../../../../src/engine/handlers/failure.ts';
import { LIMITS } from '../../../../src/model/limits.ts';

const coded = (message: string, code: unknown, cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code });
const refused = coded('connect ECONNREFUSED 127.0.0.1:9', 'ECONNREFUSED');

/** An error whose cause is itself, by way of another. */
function circle(): Error {
  const inner = new Error('inner');
  const outer = new Error('outer', { cause: inner });
  inner.cause = outer;
  return outer;
}

const trapped = (field: string, message = 'outer') =>
  Object.defineProperty(new Error(message), field, {
    get() {
      throw new Error('trap');
    },
  });

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

describe('a failure reason', () => {
  it.each<[string, unknown, string]>([
    [
      'a failed fetch',
      new TypeError('fetch failed', { cause: refused }),
      'fetch failed: connect ECONNREFUSED 127.0.0.1:9 (ECONNREFUSED)',
    ],
    [
      'a failed fetch of a host with several addresses',
      new TypeError('fetch failed', {
        cause: Object.assign(new AggregateError([refused, new Error('connect ::1')]), {
          code: 'ECONNREFUSED',
        }),
      }),
      'fetch failed (ECONNREFUSED): connect ECONNREFUSED 127.0.0.1:9 (ECONNREFUSED)',
    ],
    ['a bare AggregateError', new AggregateError([new Error('a'), new Error('b')]), 'a'],
    [
      'what Promise.any rejects with',
      new AggregateError([coded('a', 7), new Error('b')], 'All promises were rejected'),
      'All promises were rejected: a (7)',
    ],
    ['an AggregateError of nothing', new AggregateError([]), 'AggregateError'],
    [
      'a cause that is text',
      new Error('no mail', { cause: 'the server is down' }),
      'no mail: the server is down',
    ],
    [
      'a message with a full stop',
      new Error('No mail. ', { cause: refused }),
      `No mail: ${refused.message} (ECONNREFUSED)`,
    ],
    [
      'a message that repeats that of its cause',
      new Error(`No mail: ${refused.message}`, { cause: refused }),
      `No mail: ${refused.message} (ECONNREFUSED)`,
    ],
    [
      'an error with the code of its cause',
      coded(refused.message, 'ECONNREFUSED', refused),
      `${refused.message} (ECONNREFUSED)`,
    ],
    ['two codes', coded('outer', 'E_OUTER', refused), `outer (E_OUTER): ${refused.message} (ECONNREFUSED)`],
    ['no message but a cause', new Error('', { cause: refused }), `${refused.message} (ECONNREFUSED)`],
    ['neither message nor cause', new RangeError(), 'RangeError'],
    ['a cause that is null', new Error('alone', { cause: null }), 'alone'],
    ['a cause that is an object', new Error('alone', { cause: { token: 'secret', status: 401 } }), 'alone'],
    ['a code without a text', coded('alone', { toString: null }), 'alone'],
    ['a code that is a bare object', coded('alone', Object.create(null)), 'alone'],
    ['errors that are a revoked proxy', Object.assign(new Error('alone'), { errors: revoked() }), 'alone'],
    ['a code that is no word', coded('alone', 'a b\u001b'), 'alone'],
    ['a code that is long', coded('alone', 'E'.repeat(100)), 'alone'],
    [
      'neither message nor a cause with one',
      new Error('', { cause: {} }),
      'The handler threw an error without a message',
    ],
    ['a circle of causes', circle(), 'outer: inner'],
    ['a cause that throws', trapped('cause'), 'outer'],
    ['a code that throws', trapped('code'), 'outer'],
    ['errors that throw', trapped('errors'), 'outer'],
    ['a cause whose message throws', new Error('outer', { cause: trapped('message') }), 'outer'],
    ['errors that are no array', Object.assign(new Error('outer'), { errors: 'many' }), 'outer'],
  ])('of %s', (_what, thrown, reason) => {
    expect(failureReasonOf(thrown)).toBe(reason);
  });

  it('contains at most six errors of a chain', () => {
    let error = new Error('e0');
    for (let no = 1; no < 100_000; no += 1) error = new Error(`e${no}.`, { cause: error });
    expect(failureReasonOf(error)).toBe('e99999: e99998: e99997: e99996: e99995: e99994.');
  });

  it('contains nothing of an error but messages and codes', () => {
    const error = Object.assign(new Error('status 401'), {
      config: { headers: { authorization: 'Bearer secret' } },
      response: { body: 'secret' },
    });
    expect(failureReasonOf(new Error('no account', { cause: error }))).toBe('no account: status 401');
  });

  it('of anything is well-formed text of bounded length', () => {
    const message = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constant('m'.repeat(1_000_000)),
      fc.anything(),
    );
    const { error } = fc.letrec((tie) => ({
      error: fc.oneof(
        { maxDepth: 5 },
        fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
        fc
          .record(
            { message, name: message, code: message, cause: tie('error'), errors: fc.array(tie('error')) },
            { requiredKeys: [] },
          )
          .map((fields) => Object.assign(new Error('x'), fields)),
      ),
    }));
    fc.assert(
      fc.property(error, (thrown) => {
        const reason = failureReasonOf(thrown);
        expect(reason.isWellFormed()).toBe(true);
        expect(reason.length).toBeLessThanOrEqual(LIMITS.reasonLengthMax);
        expect(reason).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a failure code', () => {
  const http = (fields: object) => Object.assign(new Error('refused'), fields);

  it.each<[string, unknown, string]>([
    ['is the code of an error', refused, 'ECONNREFUSED'],
    [
      'is that of a cause, when the error has none',
      new TypeError('fetch failed', { cause: refused }),
      'ECONNREFUSED',
    ],
    ['is that of the first of several errors', new AggregateError([refused]), 'ECONNREFUSED'],
    [
      'is the status of an HTTP error, before its code',
      http({ status: 404, code: 'ERR_BAD_REQUEST' }),
      'Http404',
    ],
    ['is the status of a client with `statusCode`', http({ statusCode: 503 }), 'Http503'],
    ['is the status of a client with `response`', http({ response: { status: 429 } }), 'Http429'],
    ['is a number with a word before it', coded('busy', 14), 'Code14'],
    ['is a code that begins with a digit', coded('duplicate key', '23505'), '23505'],
    ['is the name of a class, when there is no code', new RangeError('too many'), 'RangeError'],
    [
      'is the name of a DOMException, whose codes are historical',
      new DOMException('x', 'TimeoutError'),
      'TimeoutError',
    ],
    ['is the default for a plain error', new Error('x'), 'HandlerFailed'],
    ['is the default for a success status', http({ status: 200 }), 'HandlerFailed'],
    ['is the default for a code that is a sentence', coded('x', 'no such user'), 'HandlerFailed'],
    ['is the default for a code of 65 characters', coded('x', 'C'.repeat(65)), 'HandlerFailed'],
    ['is the default for a text', 'no mail', 'HandlerFailed'],
    ['is the default for nothing', undefined, 'HandlerFailed'],
    ['is the default for errors that cause each other', circle(), 'HandlerFailed'],
  ])('%s', (_title, thrown, code) => {
    expect(failureCodeOf(thrown)).toBe(code);
  });

  it('has at most 64 characters of its alphabet, whatever is thrown', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (code, name) => {
        const thrown = Object.assign(new Error('x'), { code });
        Object.defineProperty(thrown, 'name', { value: name });
        expect(failureCodeOf(thrown)).toMatch(/^[A-Za-z0-9][\w.:-]{0,63}$/);
      }),
    );
  });
});
