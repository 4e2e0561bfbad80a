/** Why a call is aborted. */
export type AbortCause = 'timeout' | 'cancel' | 'stop';
