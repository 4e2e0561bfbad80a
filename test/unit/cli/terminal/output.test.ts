import { PassThrough, Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { outputOn } from '../../../../src/cli/terminal/output.ts';
import { type Style, styleFor } from '../../../../src/cli/terminal/style.ts';

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

/** What is written to the stream of an output. */
async function written(text: string, style: Style): Promise<string> {
  const stream = new PassThrough();
  const output = outputOn(stream as unknown as NodeJS.WriteStream, style);
  output.line(text);
  await output.write(text);
  stream.end();
  return textOf(stream);
}

describe('a text that is written', () => {
  const hostile = 'u1\u001b[31mRED\u001b]0;title\u0007\r\u009b2J\u202e';
  const escaped = 'u1\\u001b[31mRED\\u001b]0;title\\u0007\\u000d\\u009b2J\\u202e';

  it.each([
    ['a terminal', styleFor(true, {})],
    ['a file', styleFor(false, {})],
  ])('has control characters escaped for %s', async (_name, style) => {
    expect(await written(hostile, style)).toBe(`${escaped}\n${escaped}`);
  });

  it('keeps line breaks and tabulators', async () => {
    expect(await written('a\tb\r\nc\n', styleFor(false, {}))).toBe('a\tb\r\nc\n\na\tb\r\nc\n');
  });

  it('has the colours of its style, and no others', async () => {
    const style = styleFor(true, {});
    const red = '\u001b[31mno\\u001b[1m\u001b[39m';
    expect(await written(style.red('no\u001b[1m'), style)).toBe(`${red}\n${red}`);
    expect(await written('\ufdd3', styleFor(false, {}))).not.toContain('\u001b');
  });
});

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
