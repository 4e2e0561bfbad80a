/** Counts the people that slots and activations by rule left out, by workflow. */
import type { LeftOutSubject, MissingAttribute, Selection } from '../../model/selection.ts';
import type { LeftOutFigures } from '../result.ts';

/** Left-out figures of one workflow, accumulated over its selections. */
export class LeftOutAccount {
  readonly #workflow: string;
  #selectionsCount = 0;
  #worst = { unreadableDate: 0, unreadableScope: 0 };
  #first: readonly LeftOutSubject[] = [];
  readonly #missing = new Map<string, MissingAttribute>();

  constructor(workflow: string) {
    this.#workflow = workflow;
  }

  add({ leftOut, leftOutCounts, missingAttributes }: Selection): void {
    const { unreadableDate, unreadableScope } = leftOutCounts;
    this.#selectionsCount += 1;
    for (const one of missingAttributes) this.#missing.set(`${one.usedBy} ${one.names.join(' ')}`, one);
    if (unreadableDate + unreadableScope <= this.#worst.unreadableDate + this.#worst.unreadableScope) return;
    this.#worst = { unreadableDate, unreadableScope };
    this.#first = leftOut.filter(({ reason }) => reason !== 'noDate');
  }

  /** Figures of the workflow; empty when no selection left anyone out. */
  figures(): readonly LeftOutFigures[] {
    if (this.#selectionsCount === 0) return [];
    return [
      {
        workflow: this.#workflow,
        selectionsCount: this.#selectionsCount,
        leftOutCounts: this.#worst,
        leftOut: this.#first,
        missingAttributes: [...this.#missing.values()],
      },
    ];
  }
}
