import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnswerKind, ConnectorError } from '../../../../src/connectors/kernel/connector-error.ts';
import { ensure, ensureAll, previewEnsure, type Step } from '../../../../src/connectors/kernel/ensure.ts';

const failure = (kind: AnswerKind) => new ConnectorError(kind, `The system said ${kind}`, { code: kind });

/** What a system does with one write: it is made or not, and answered or not. */
interface WriteFault {
  readonly isMade: boolean;
  readonly kind: AnswerKind | null;
}

/** A flag in an external system, which counts how often it was changed. */
class System implements Step<boolean> {
  isOn = false;
  changed = 0;
  reads = 0;
  readonly already = 'The flag is on already';
  readonly faults: WriteFault[];
  verify = false;

  constructor(faults: readonly WriteFault[] = []) {
    this.faults = [...faults];
  }

  async read() {
    this.reads += 1;
    return this.isOn;
  }

  wanted(isOn: boolean) {
    return isOn ? [] : ['flag: off → on'];
  }

  async write() {
    const { isMade, kind } = this.faults.shift() ?? { isMade: true, kind: null };
    if (isMade) {
      this.isOn = true;
      this.changed += 1;
    }
    if (kind !== null) throw failure(kind);
  }
}

describe('ensure', () => {
  it('writes what differs, and says what it has changed', async () => {
    const system = new System();
    expect(await ensure(system)).toEqual({ changes: ['flag: off → on'] });
    expect(system).toMatchObject({ isOn: true, changed: 1, reads: 1 });
  });

  it('writes nothing where the state is as wanted, and says so', async () => {
    const system = new System();
    await ensure(system);
    expect(await ensure(system)).toEqual({ processingInfo: 'The flag is on already' });
    expect(system.changed).toBe(1);
  });

  it('writes without reading where a state is supposed, and takes the word of the system that it was so', async () => {
    const system = new System();
    const step = {
      read: () => system.read(),
      wanted: (isOn: boolean) => system.wanted(isOn),
      already: system.already,
      supposed: false,
      write: async () => {
        if (system.isOn) return 'already' as const;
        await system.write();
        return undefined;
      },
    };
    expect(await ensure(step)).toEqual({ changes: ['flag: off → on'] });
    expect(await ensure(step)).toEqual({ processingInfo: 'The flag is on already' });
    expect(system).toMatchObject({ changed: 1, reads: 0 });
    expect(await previewEnsure(step)).toEqual({ processingInfo: 'The flag is on already' });
    expect(system.reads).toBe(1);
  });

  it('reads after a write over a supposed state whose answer was lost', async () => {
    const system = new System([{ isMade: true, kind: 'unknown' }]);
    const step = Object.assign(system, { supposed: false });
    expect(await ensure(step)).toEqual({ changes: ['flag: off → on'] });
    expect(system).toMatchObject({ changed: 1, reads: 1 });
  });

  it.each(['conflict', 'missing', 'unknown'] as const)(
    'takes a write that was made and answered with %s as done',
    async (kind) => {
      const system = new System([{ isMade: true, kind }]);
      expect(await ensure(system)).toEqual({ changes: ['flag: off → on'] });
      expect(system.changed).toBe(1);
    },
  );

  it('writes once more after a conflict that left the state as it was, three times at most', async () => {
    const conflict = { isMade: false, kind: 'conflict' } as const;
    expect(await ensure(new System([conflict, conflict]))).toEqual({ changes: ['flag: off → on'] });
    await expect(ensure(new System([conflict, conflict, conflict]))).rejects.toThrow(
      failure('conflict').message,
    );
  });

  it.each(['missing', 'unknown'] as const)(
    'fails with the reason of a write that was answered with %s and was not made',
    async (kind) => {
      await expect(ensure(new System([{ isMade: false, kind }]))).rejects.toMatchObject({ kind });
    },
  );

  it.each(['refused', 'unauthorized', 'throttled', 'unreachable'] as const)(
    'does not read after %s: the write was not made',
    async (kind) => {
      const system = new System([{ isMade: false, kind }]);
      await expect(ensure(system)).rejects.toMatchObject({ kind });
      expect(system.reads).toBe(1);
    },
  );

  it('rethrows errors that are not of the system', async () => {
    const system = new System();
    system.write = () => Promise.reject(new TypeError('a bug'));
    await expect(ensure(system)).rejects.toThrow(TypeError);
  });

  it('with `verify`, fails where a write was accepted and not made', async () => {
    const system = new System([{ isMade: false, kind: null }]);
    system.verify = true;
    await expect(ensure(system)).rejects.toMatchObject({
      kind: 'unknown',
      code: 'NotApplied',
      message: 'The system accepted the change but did not make it: flag: off → on',
    });
  });

  it('changes the state at most once, whatever the system answers and however often it is called', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            isMade: fc.boolean(),
            kind: fc.constantFrom<(AnswerKind | null)[]>(
              null,
              'conflict',
              'missing',
              'unknown',
              'refused',
              'throttled',
            ),
          }),
          { maxLength: 8 },
        ),
        async (faults) => {
          // A system that refuses or throttles a call has not made it.
          const honest = faults.map(({ isMade, kind }) => ({
            isMade: kind === null || (isMade && kind !== 'refused' && kind !== 'throttled'),
            kind,
          }));
          const system = new System(honest);
          for (let calls = 0; calls <= honest.length; calls += 1) await ensure(system).catch(() => {});
          expect(system).toMatchObject({ isOn: true, changed: 1 });
        },
      ),
    ));
});

describe('previewEnsure', () => {
  it('says what would be changed, and changes nothing', async () => {
    const system = new System();
    expect(await previewEnsure(system)).toEqual({ changes: ['flag: off → on'] });
    expect(system).toMatchObject({ isOn: false, changed: 0 });
    system.isOn = true;
    expect(await previewEnsure(system)).toEqual({ processingInfo: 'The flag is on already' });
  });
});

describe('ensureAll', () => {
  const part = (name: string, result: readonly string[] | ConnectorError, calls: string[] = []) => ({
    name,
    do: async () => {
      calls.push(name);
      if (result instanceof ConnectorError) throw result;
      return result.length === 0 ? { processingInfo: 'nothing' } : { changes: result };
    },
  });

  it('collects the changes of all steps', async () => {
    const steps = [part('a', ['removed from a']), part('b', []), part('c', ['removed from c'])];
    expect(await ensureAll(steps, 'in no group')).toEqual({ changes: ['removed from a', 'removed from c'] });
  });

  it('says that nothing was to be done where no step changed anything', async () => {
    expect(await ensureAll([part('a', [])], 'in no group')).toEqual({ processingInfo: 'in no group' });
    expect(await ensureAll([], 'in no group')).toEqual({ processingInfo: 'in no group' });
  });

  it('does the steps after one that failed, and names both in the failure', async () => {
    const calls: string[] = [];
    const steps = [part('a', failure('refused'), calls), part('b', ['removed from b'], calls)];
    await expect(ensureAll(steps, '')).rejects.toMatchObject({
      kind: 'refused',
      message: 'a: The system said refused; done before: removed from b',
    });
    expect(calls).toEqual(['a', 'b']);
  });

  it('stops at a host that wants no calls, with its wait', async () => {
    const calls: string[] = [];
    const throttled = new ConnectorError('throttled', 'later', { code: 'Http429', retryAfterMs: 5_000 });
    const steps = [part('a', throttled, calls), part('b', ['removed from b'], calls)];
    await expect(ensureAll(steps, '')).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 5_000 });
    expect(calls).toEqual(['a']);
  });

  it('names at most five of the steps that failed', async () => {
    const steps = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => part(name, failure('refused')));
    await expect(ensureAll(steps, '')).rejects.toThrow('a, b, c, d, e and 2 more: The system said refused');
  });

  it('rethrows errors that are not of the system', async () => {
    const bug = { name: 'a', do: () => Promise.reject(new TypeError('a bug')) };
    await expect(ensureAll([bug], '')).rejects.toThrow(TypeError);
  });
});
