import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { outputOn } from '../../../src/cli/output.ts';
import { styleFor } from '../../../src/cli/style.ts';

/** An output whose third write fails. */
function failing(code: string) {
  let writes = 0;
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      writes += 1;
      done(writes < 3 ? null : Object.assign(new Error(`${code}: a reason`), { code }));
    },
  });
  return outputOn(stream as unknown as NodeJS.WriteStream, styleFor(false, {}));
}

describe('an output', () => {
  it.each(['ENOSPC', 'EIO', 'ERR_STREAM_DESTROYED'])('keeps why it cannot be written: %s', async (code) => {
    const output = failing(code);
    for (let line = 0; line < 5; line++) output.line('text');
    await output.flush();
    expect(output.isClosed).toBe(true);
    expect(output.failure).toMatchObject({ code });
    await output.write('more'); // resolves
  });

  it('has no failure when the reader has gone', async () => {
    const output = failing('EPIPE');
    for (let line = 0; line < 5; line++) await output.write('text');
    await output.flush();
    expect([output.isClosed, output.failure]).toEqual([true, null]);
  });

  it('has no failure when all is written', async () => {
    const output = failing('ENOSPC');
    output.line('text');
    await output.flush();
    expect([output.isClosed, output.failure]).toEqual([false, null]);
  });
});
