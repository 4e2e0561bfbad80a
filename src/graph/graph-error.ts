/** Errors as the wire has them. Source: domain §5 (errors, codes). */
import { ERROR_CODES } from '../errors/codes.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';

/** An error that only HTTP knows: no such path, method, media type, permission. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly status: number;
  /** Graph's code: `BadRequest`. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The error for a request that cannot be read; `message` names the part. */
export function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message);
}

/** The error for a request whose client has disconnected. */
export function clientGone(): GraphError {
  return new GraphError(499, 'ClientClosedRequest', 'The client closed the connection before the answer.');
}

/** Whether work ended with an error only because its request was aborted. */
export function isAbort(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (error === reason || (error instanceof Error && error.name === 'AbortError'));
}

/** The error for an unknown caller. */
export function unauthenticated(): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', 'Access token is empty or not valid.', {
    'WWW-Authenticate': 'Bearer',
  });
}

/** An error as a response shows it. */
export interface ErrorResponse {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The property at fault. */
  readonly target?: string;
  /** Where in a filter, 0-based. */
  readonly position?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The public part of an error. Of internal errors only the kind: a message may contain paths or statements
 * in it. Everything that is no error of ours is one of those.
 */
export function errorResponseOf(error: unknown): ErrorResponse {
  if (error instanceof GraphError) return error;
  if (!LifecycleError.is(error) || !Object.hasOwn(ERROR_CODES, error.code)) {
    return { status: 500, code: 'generalException', message: 'The service failed.', headers: {} };
  }
  const { status, graphCode, meaning, retryable } = ERROR_CODES[error.code];
  const { field } = error.details;
  const { property, position } = error.code === 'InvalidFilter' ? error.details : {};
  const target = property ?? field;
  return {
    status,
    code: graphCode,
    message: status < 500 ? error.message : meaning,
    ...(typeof target === 'string' && target !== '' ? { target } : {}),
    ...(typeof position === 'number' ? { position } : {}),
    headers: status === 503 && retryable ? { 'Retry-After': '10' } : {},
  };
}

/** The body of an error. */
export function errorBody(
  response: ErrorResponse,
  requestId: string,
  clientRequestId: string,
  nowMs: number,
): Readonly<Record<string, unknown>> {
  const { code, message, target, position } = response;
  return {
    error: {
      code,
      message,
      ...(target === undefined ? {} : { target }),
      ...(position === undefined ? {} : { details: [{ code: 'FilterPosition', message: String(position) }] }),
      innerError: {
        date: new Date(nowMs).toISOString().slice(0, 19),
        'request-id': requestId,
        'client-request-id': clientRequestId,
      },
    },
  };
}
