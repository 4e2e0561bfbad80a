import { afterAll, afterEach, beforeAll, expect } from 'vitest';

/** Fails each test of the calling file in which a promise is rejected and nothing handles it. */
export function expectNoUnhandledRejection(): void {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  beforeAll(() => void process.on('unhandledRejection', note));
  afterEach(() => expect(unhandled.splice(0)).toEqual([]));
  afterAll(() => void process.off('unhandledRejection', note));
}
