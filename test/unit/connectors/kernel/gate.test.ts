import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../../src/connectors/kernel/connector-error.ts';
import { Gate } from '../../../../src/connectors/kernel/gate.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

const throttled = (retryAfterMs: number | null = null) =>
  new ConnectorError('throttled', 'Too many calls', { code: 'Http429', retryAfterMs });

/** A gate, and what `pass` throws: the wait, `null` for none. */
function newGate() {
  const clock = new VirtualClock();
  const gate = new Gate(clock);
  const wait = () => {
    try {
      gate.pass();
      return null;
    } catch (error) {
      return (error as ConnectorError).retryAfterMs;
    }
  };
  return { clock, gate, wait };
}

describe('the gate of a host', () => {
  it('is open at first', () => {
    const { gate, wait } = newGate();
    expect([gate.closedUntilMs, wait()]).toEqual([null, null]);
  });

  it('is closed for as long as a throttled answer asks for, and says what is left', async () => {
    const { clock, gate, wait } = newGate();
    expect(gate.failed(throttled(5_000)).retryAfterMs).toBe(5_000);
    expect([gate.closedUntilMs, wait()]).toEqual([clock.now() + 5_000, 5_000]);
    await clock.advance(2_000);
    expect(wait()).toBe(3_000);
    await clock.advance(3_000);
    expect([gate.closedUntilMs, wait()]).toEqual([null, null]);
  });

  it('gives what closed it to the calls that are not made', () => {
    const { gate } = newGate();
    gate.failed(throttled(5_000));
    expect(() => gate.pass()).toThrow(
      new ConnectorError('throttled', 'Too many calls', { code: 'Http429', retryAfterMs: 5_000 }),
    );
  });

  it('is not opened earlier by a later answer that asks for less', () => {
    const { gate, wait } = newGate();
    gate.failed(throttled(60_000));
    gate.failed(throttled(1_000));
    expect(wait()).toBe(60_000);
  });

  it('doubles the wait with each throttled answer that names none, to five minutes, and starts anew after a success', async () => {
    const { clock, gate } = newGate();
    const waits: (number | null)[] = [];
    for (let answers = 0; answers < 11; answers += 1) {
      const { retryAfterMs } = gate.failed(throttled());
      waits.push(retryAfterMs);
      await clock.advance(retryAfterMs ?? 0);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000));
    gate.succeeded();
    expect(gate.failed(throttled()).retryAfterMs).toBe(1_000);
  });

  it('counts calls that were throttled together once', () => {
    const { gate } = newGate();
    for (let answers = 0; answers < 64; answers += 1)
      expect(gate.failed(throttled()).retryAfterMs).toBe(1_000);
  });

  it('is closed for a minute when credentials are refused', () => {
    const { gate, wait } = newGate();
    gate.failed(new ConnectorError('unauthorized', 'Token expired', { code: 'Http401' }));
    expect(wait()).toBe(60_000);
  });

  it('is closed while there is no connection, so that tasks wait instead of failing one after the other', async () => {
    const { clock, gate, wait } = newGate();
    const down = new ConnectorError('unreachable', 'No answer', { code: 'ECONNREFUSED' });
    expect(gate.failed(down).retryAfterMs).toBe(1_000);
    await clock.advance(1_000);
    expect([wait(), gate.failed(down).retryAfterMs]).toEqual([null, 2_000]);
  });

  it.each(['refused', 'missing', 'conflict', 'unknown'] as const)('stays open after %s', (kind) => {
    const { gate, wait } = newGate();
    const error = new ConnectorError(kind, 'no', { code: 'No' });
    expect(gate.failed(error)).toBe(error);
    expect(wait()).toBeNull();
  });
});
