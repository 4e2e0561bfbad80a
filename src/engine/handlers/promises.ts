/** Promises from outside: of handlers, and of what is called around them. */

export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

/** A well-behaved promise: a foreign thenable may settle twice, or throw from its `then`. */
export function safePromise<T>(result: PromiseLike<T>): Promise<T> {
  const isGenuine = result instanceof Promise && !Object.hasOwn(result, 'then');
  return isGenuine ? result : new Promise((resolve) => resolve(result));
}
