import { expect, it } from 'vitest';
import { jsonLines } from '../../../../../src/dashboard/client/view/lines.ts';

it('lines are read as they become whole, wherever the parts are cut', async () => {
  const bytes = new TextEncoder().encode('{"a":"ä"}\n\n{"a":2}\n{"a":');
  for (let size = 1; size <= bytes.length; size++) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const lines: unknown[] = [];
    for await (const line of jsonLines(body)) lines.push(line);
    expect(lines).toEqual([{ a: 'ä' }, { a: 2 }]);
  }
});

it('the rest of a body is not asked for when no more lines are wanted', async () => {
  let isCanceled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('1\n')),
    cancel: () => {
      isCanceled = true;
    },
  });
  for await (const _ of jsonLines(body)) break;
  expect(isCanceled).toBe(true);
});
