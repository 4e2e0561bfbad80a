/** Exit codes of the process. */
export const EXIT = {
  /** Done; for a run: `completed`. */
  ok: 0,
  /** Wrong usage or an error of the environment; a message is on stderr. */
  error: 1,
  /** A run ended `completedWithErrors`, `failed` or `canceled`, or a check found violations. */
  notAllWell: 2,
  /** Stopped by SIGINT, SIGTERM or SIGHUP before everything was done. */
  interrupted: 130,
} as const;

/** An exit code. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
