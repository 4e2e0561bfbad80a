import { describe, expect, it } from 'vitest';
import { readPrices } from '../../../../src/simulate/sizing/price.ts';
import { readDimensions } from '../../../../src/simulate/sizing/vary.ts';
import { readScenario } from '../../../../src/simulate.ts';
import { SMALL } from '../scenarios.ts';

const read = readScenario(SMALL);
const places = (...texts: readonly unknown[]) => texts.map((value, at) => ({ path: `vary[${at}]`, value }));
const vary = (...texts: readonly unknown[]) => readDimensions(places(...texts), read);
const values = (text: string) => vary(text)[0]?.values;

describe('what varies', () => {
  it.each([
    [
      'concurrency=16..1024',
      [16, 20, 25, 32, 40, 50, 64, 80, 100, 125, 160, 200, 250, 320, 400, 500, 640, 800, 1_000, 1_024],
    ],
    ['concurrency=1..40', [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40]],
    ['processes=1..8', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['interval=1,3,6', [6, 3, 1]],
    ['interval = 1..4h', [4, 3, 2, 1]],
    ['concurrency(greet)=9,2,2', [2, 9]],
    ['rate(openAccount)=5..50/s', [5, 6.4, 8, 10, 12.5, 16, 20, 25, 32, 40, 50]],
    ['rate=0.5..2', [0.5, 0.64, 0.8, 1, 1.25, 1.6, 2]],
    ['rate=60,120/min', [1, 2]],
    ['concurrency=7..7', [7]],
  ])('%s has values from the least capacity to the most', (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it('calls a task as the scenario does', () => {
    expect(vary('rate( greet )=1')).toMatchObject([{ name: 'rate(greet)', kind: 'rate', task: 'greet' }]);
  });

  it.each([
    ['concurrency', /^Expected what varies to be a name, = and its values, such as .*, got `"concurrency"`$/],
    [9, /Expected what varies to be a name/],
    [
      'lanes=1..4',
      /^Expected what varies to be one of concurrency, rate, processes, interval, got `"lanes"`/,
    ],
    ['proceses=1..4', /did you mean `processes`/],
    ['interval(greet)=1', /to be interval alone: it belongs to no task, got `"interval\(greet\)"`/],
    [
      'rate(great)=5..50/s',
      /^Expected the task of rate\( \) to be one of openAccount, greet, got `"great"`; did you mean `greet`\?$/,
    ],
    ['rate(*)=5', /Expected the task of rate/],
    [
      'concurrency=',
      /^Expected the values of concurrency to be whole numbers in 1..100000: a range such as 2..8, or several between commas, got `""`$/,
    ],
    ['concurrency=0..4', /the values of concurrency/],
    ['concurrency=1.5', /the values of concurrency/],
    ['concurrency=1..100001', /the values of concurrency/],
    ['concurrency=4..1', /to be a range from the lower number to the higher one, got `"4..1"`/],
    ['concurrency=4/s', /the values of concurrency/],
    ['interval=25', /whole numbers in 1..24/],
    ['rate=0', /the values of rate to be numbers above 0, up to 1000000/],
    ['rate=5/day', /the values of rate/],
    [`rate=${'1,'.repeat(300)}1`, /the values of rate/],
  ])('%j is refused', (text, message) => {
    expect(() => vary(text)).toThrow(message);
  });

  it('refuses a term twice, and too many settings', () => {
    expect(() => vary('interval=1,3', 'interval=6')).toThrow(/Expected what varies to be interval only once/);
    const wide = ['concurrency', 'concurrency(greet)', 'rate(greet)'].map((name) => `${name}=1..100000`);
    expect(() => vary(...wide)).toThrow(
      /^Expected at most 100000 settings, got 117504; vary less, or fewer values$/,
    );
  });
});

describe('a price', () => {
  const prices = (...texts: readonly unknown[]) =>
    readPrices(places(...texts), vary('processes=1..4', 'rate(greet)=1,2'), read);

  it('belongs to a term that varies', () => {
    expect([...prices('processes=40', 'rate(greet) = 0.5')]).toEqual([
      ['processes', 40],
      ['rate(greet)', 0.5],
    ]);
  });

  it.each([
    [['processes'], /Expected the cost to be what is varied, = and its price, such as `processes=40`, got/],
    [['processes=-1'], /Expected the cost to be what is varied/],
    [['interval=4'], /Expected the cost to be one of processes, rate\(greet\), got `"interval"`/],
    [['proceses=4'], /did you mean `processes`/],
    [['processes=1', 'processes=2'], /Expected the cost to be one of processes only/],
  ])('%j is refused', (texts, message) => {
    expect(() => prices(...texts)).toThrow(message);
  });
});
