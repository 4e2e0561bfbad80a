import type { Identified } from '../../model/subject.ts';
import type {
  AroundTask,
  TaskContext,
  TaskHandlerFunction,
  TaskHandlerResult,
} from '../../ports/task-handler.ts';
import { isThenable, safePromise } from './promises.ts';

/** A call of a handler: what it gave or threw at once, and the promise of it that the wrapper gets. */
interface Call {
  readonly value: TaskHandlerResult | Promise<TaskHandlerResult>;
  readonly promise: Promise<TaskHandlerResult>;
  readonly threw: boolean;
  /** What the handler failed with. */
  failure: { readonly thrown: unknown } | null;
}

/**
 * A handler whose calls are made inside of `around`. Whatever that does, the handler is called once, and its result is
 * the result of the call.
 *
 * @param failed gets what `around` throws by itself.
 */
export function calledInside(
  around: AroundTask,
  run: TaskHandlerFunction<never>,
  failed: (error: unknown) => void,
): TaskHandlerFunction<never> {
  return (context: TaskContext<never>) => {
    if (!isWrapped(around, context, failed)) return run(context);
    let call: Call | null = null;
    const made = () => {
      call ??= callOnce(run, context);
      return call;
    };
    const report = (error: unknown) => {
      // A wrapper passes on what the handler threw.
      if (call === null || call.failure === null || call.failure.thrown !== error) failed(error);
    };
    try {
      const wrapping = around(context, () => made().promise);
      if (isThenable(wrapping)) safePromise(wrapping).catch(report);
    } catch (error) {
      report(error);
    }
    if (call === null)
      failed(new Error('aroundTask has not called next(): the handler is called outside of it'));
    const { threw, failure, value } = made();
    if (threw) throw failure?.thrown;
    return value;
  };
}

function isWrapped(
  around: AroundTask,
  context: TaskContext<never>,
  failed: (error: unknown) => void,
): boolean {
  try {
    return around.wraps === undefined || around.wraps(context, subjectIdOf(context));
  } catch (error) {
    failed(error);
    return false;
  }
}

/** The id of the subject; the engine's own contexts have it without a copy of the subject. */
function subjectIdOf(context: TaskContext<never> & { readonly subjectId?: string }): string {
  return context.subjectId ?? (context.subject as Identified).id;
}

function callOnce(run: TaskHandlerFunction<never>, context: TaskContext<never>): Call {
  try {
    const result = run(context as never);
    if (!isThenable(result)) {
      return { value: result, promise: Promise.resolve(result), threw: false, failure: null };
    }
    const promise = safePromise(result);
    const call: Call = { value: promise, promise, threw: false, failure: null };
    // The engine handles a rejection, also where the wrapper does not look at it.
    promise.catch((thrown: unknown) => {
      call.failure = { thrown };
    });
    return call;
  } catch (thrown) {
    const promise = Promise.reject(thrown);
    promise.catch(() => {});
    return { value: undefined, promise, threw: true, failure: { thrown } };
  }
}
