/** Prices of capacity: `processes=40`, `rate(addUserToGroups)=3`. */
import { invalid, type Place, unknownWord } from '../../input/refuse.ts';
import type { ReadScenario } from '../scenario/read-scenario.ts';
import type { Prices } from './setting.ts';
import { type Dimension, readTerm } from './vary.ts';

const PRICE_MAX = 1_000_000_000;
const LENGTH_MAX = 1_024;

/** Reads prices, of what is varied. @throws LifecycleError `InvalidArgument` that says what would be right. */
export function readPrices(
  places: readonly Place[],
  dimensions: readonly Dimension[],
  read: ReadScenario,
): Prices {
  const prices = new Map<string, number>();
  for (const { path, value } of places) {
    const place = { path, value, name: 'the cost' };
    const text = typeof value === 'string' && value.length <= LENGTH_MAX ? value : '';
    const [, left = '', right = ''] = /^(.*)=\s*(\d{1,9}(?:\.\d{1,6})?)\s*$/s.exec(text) ?? [];
    if (right === '' || Number(right) > PRICE_MAX)
      throw invalid(place, 'what is varied, = and its price, such as `processes=40`');
    const { name } = readTerm({ path, value: left.trim() }, read);
    const varied = dimensions.map((one) => one.name);
    if (!varied.includes(name)) throw unknownWord({ ...place, value: name }, varied);
    if (prices.has(name)) throw invalid(place, `one of ${name} only`);
    prices.set(name, Number(right));
  }
  return prices;
}
