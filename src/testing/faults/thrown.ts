/** Things that handlers throw. */

/** Number of kinds of things to throw. */
export const THROWN_KINDS = 8;

/**
 * The `kind`-th thing to throw (0..7): errors, text, nothing, a symbol, what cannot be read. `reason`: what a
 * failure reason must contain; `null`: unknown.
 */
export function thrownOf(
  kind: number,
  call: number,
): { readonly thrown: unknown; readonly reason: string | null } {
  const text = `no ${call}`;
  switch (kind) {
    case 0:
    case 1:
      return { thrown: new Error(text), reason: text };
    case 2:
      return { thrown: text, reason: text };
    case 3:
      return { thrown: null, reason: null };
    case 4:
      return { thrown: undefined, reason: null };
    case 5:
      return { thrown: Symbol(text), reason: null };
    case 6:
      return { thrown: { toString: null, toJSON: null }, reason: null };
    default:
      return { thrown: hostileError(), reason: null };
  }
}

function hostileError(): unknown {
  return Object.defineProperty(new Error('hidden'), 'message', {
    get() {
      throw new Error('the message throws');
    },
  });
}
