/** Sentences of explanations as a page shows them. */
import type { ExplainedStep, Explanation } from '../../../model/explanation.ts';

const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** The sentence, with moments as `shown` writes them and quoted values in quotation marks. */
export function readableText(text: string, shown: (iso: string) => string): string {
  return text.replace(ISO, shown).replace(/`([^`]*)`/g, '“$1”');
}

/** What the schedule does with the person, in one sentence. */
export function headlineOf({ slotDateTime, qualifies }: Explanation, shown: (iso: string) => string): string {
  if (slotDateTime === null) return 'The schedule does not take this person: the workflow has none.';
  return `The slot of ${shown(slotDateTime)} ${qualifies ? 'takes' : 'does not take'} this person.`;
}

/** The reason of a step; what its clauses show is not said twice. */
export function reasonOf({ reason, clauses }: ExplainedStep): string {
  return clauses.length === 0 ? reason : (reason.split(':')[0] ?? reason);
}
