/** A comparison over seeds in words, for terminals and reports. Pure. */
import { duration, numeral, plural } from '../../text/numbers.ts';
import type { Measure } from './measures.ts';
import type { MeasureDifference, SeedsComparison } from './over-seeds.ts';

/** What a comparison with one seed says of itself. */
export const ONE_SEED = 'One seed: differences of this size can be noise; --seeds 20 tells.';

/** What the table of a comparison over seeds is, a sentence each. */
export function seedsSentences({ seeds, measures, confidence }: SeedsComparison): readonly string[] {
  const percent = Math.round(100 * confidence);
  const wrong = Math.round(1 / (1 - confidence));
  return [
    `Means over ${seeds.length} seeds (${seeds[0]} to ${seeds.at(-1)}), each with both scenarios; B − A with its ${percent} % confidence interval.`,
    `Of ${wrong} figures that the change does not touch, chance makes one look so; ${measures.length} were compared.`,
  ];
}

/** The figures that are the same with every seed, which no table needs; `null`: there are none. */
export function sameSentence({ measures }: SeedsComparison): string | null {
  const same = measures.filter(({ finding }) => finding === 'same');
  if (same.length === 0) return null;
  const [ofAll, ofOne] = [
    same.filter((one) => one.workflow === null),
    same.filter((one) => one.workflow !== null),
  ];
  const names = ofAll.map(({ name }) => name);
  if (ofOne.length > 0)
    names.push(plural(ofOne.length, 'figure of a single workflow', 'figures of single workflows'));
  return `The same with every seed: ${names.join(', ')}.`;
}

/** What the seeds say of a difference. */
export function findingWords({ finding, seedsCount }: MeasureDifference): string {
  return finding === 'notShown' ? `no difference that ${seedsCount} seeds can show` : `${finding} in B`;
}

/** `−3 … +0.5`. */
export function intervalWords({ difference: { low, high }, unit }: MeasureDifference): string {
  return `${signedFigure(low, unit)} … ${signedFigure(high, unit)}`;
}

/** A difference, with its sign. */
export function signedFigure(value: number, unit: Measure<never>['unit']): string {
  const text = figureWords(value, unit);
  return value > 0 ? `+${text}` : text;
}

/** A figure. */
export function figureWords(value: number, unit: Measure<never>['unit']): string {
  return unit === 'ms' ? duration(value) : numeral(value);
}
