/** What a page says when there is nothing to show, or something went wrong. */
import type { ComponentChildren } from 'preact';
import { type Loaded, type RequestError, reloadShown } from '../data.ts';

/** Nothing is here, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children ? <p>{children}</p> : null}
    </div>
  );
}

/** What was refused, or could not be answered. */
export function Failure({ error }: { error: RequestError }) {
  return (
    <div class="note bad" role="alert">
      <p>
        <strong>{headline(error.status)}</strong> {error.message}
        {error.requestId === null ? null : <span class="soft"> Request {error.requestId}.</span>}
      </p>
      <button type="button" onClick={reloadShown}>
        Try again
      </button>
    </div>
  );
}

function headline(status: number): string {
  if (status === 0) return 'No answer.';
  if (status === 403) return 'Not permitted.';
  if (status === 404) return 'Not found.';
  return status < 500 ? 'Refused.' : 'The server failed.';
}

/** What was asked for: while it is on its way, when it failed, and when it is there. An old answer stays in view. */
export function Answer<Body>({
  of,
  children,
}: {
  of: Loaded<Body>;
  children: (body: Body) => ComponentChildren;
}) {
  const { body, error, isLoading } = of;
  if (body === null && error !== null) return <Failure error={error} />;
  if (body === null) return isLoading ? <Loading /> : null;
  return (
    <>
      {error === null ? null : <Failure error={error} />}
      {children(body)}
    </>
  );
}

/** Stands where something will be. */
export function Loading() {
  return (
    <div class="loading" role="status">
      <span class="hidden">Loading</span>
      <i />
      <i />
      <i />
    </div>
  );
}
