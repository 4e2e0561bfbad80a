/** Statuses in words, and the sign that stands before them: a colour alone says nothing. */

/** What a status means for who looks at it. */
export type Tone = 'good' | 'partly' | 'bad' | 'busy' | 'waiting' | 'stopped' | 'held';

/** A status as it is shown. */
export interface StatusView {
  readonly word: string;
  readonly tone: Tone;
}

const STATUSES: Readonly<Record<string, StatusView>> = {
  queued: { word: 'queued', tone: 'waiting' },
  inProgress: { word: 'in progress', tone: 'busy' },
  completed: { word: 'completed', tone: 'good' },
  completedWithErrors: { word: 'completed with errors', tone: 'partly' },
  failed: { word: 'failed', tone: 'bad' },
  canceled: { word: 'canceled', tone: 'stopped' },
  canceling: { word: 'canceling', tone: 'busy' },
  quarantined: { word: 'in quarantine', tone: 'held' },
};

const EXECUTION_TYPES: Readonly<Record<string, string>> = {
  scheduled: 'scheduled',
  onDemand: 'on demand',
  activatedWithScope: 'on demand, with scope',
  preview: 'preview',
  extensibilityOnDemand: 'on demand of a provisioning system',
};

/** A status in words; one that is not known is shown as it came. */
export function statusView(status: string): StatusView {
  return STATUSES[status] ?? { word: status, tone: 'waiting' };
}

/** How a run came about, in words. */
export function executionTypeWord(type: string): string {
  return EXECUTION_TYPES[type] ?? type;
}

/** Whether nothing will change any more. */
export function isFinal(status: string): boolean {
  return !['queued', 'inProgress', 'canceling'].includes(status);
}
