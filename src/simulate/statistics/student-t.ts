/** Student's t distribution. Pure. */

/** Halvings of the range in which a quantile lies: more than a double has digits. */
const HALVINGS = 200;

/**
 * The t that a variable of Student's distribution exceeds, to either side, with the probability 1 − `confidence`:
 * 2.093 for 0.95 and 19 degrees of freedom.
 *
 * @param confidence above 0 and below 1.
 * @param degrees of freedom, a whole number ≥ 1.
 */
export function studentT(confidence: number, degrees: number): number {
  let [low, high] = [0, 1];
  while (shareWithin(high, degrees) < confidence) high *= 2;
  for (let no = 0; no < HALVINGS; no++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (shareWithin(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** Probability of −t..t, by the sums of Abramowitz and Stegun, 26.7.3 and 26.7.4. */
function shareWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = 0;
  for (let power = isOdd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term;
    term *= (cosine ** 2 * (power + 1)) / (power + 2);
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
