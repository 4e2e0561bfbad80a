/**
 * Logarithm, exponential and the normal quantile from the four operations and the square root, which IEEE 754
 * defines to the last bit. `Math.log` and `Math.exp` may differ there between engines, and a simulated
 * duration must not.
 */

const TERMS = 30;

/** Natural logarithm of `x` > 0; relative error below 1e-14. */
export function ln(x: number): number {
  let mantissa = x;
  let exponent = 0;
  // Multiplying by 2 is exact.
  while (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent -= 1;
  }
  // ln m = 2 artanh((m − 1) / (m + 1)), and |…| ≤ 0.172 makes the series short.
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let term = TERMS; term >= 0; term--) sum = sum * square + 1 / (2 * term + 1);
  return 2 * ratio * sum + exponent * Math.LN2;
}

/** e to the `x`, for |x| ≤ 700; relative error below 1e-13. */
export function exp(x: number): number {
  const halvings = Math.round(x / Math.LN2);
  const rest = x - halvings * Math.LN2;
  let sum = 1;
  for (let term = 20; term >= 1; term--) sum = 1 + (rest / term) * sum;
  let scaled = sum;
  for (let times = Math.abs(halvings); times > 0; times--) scaled = halvings > 0 ? scaled * 2 : scaled / 2;
  return scaled;
}

// Acklam's rational approximation of the normal quantile; relative error below 1.2e-9.
const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
] as const;
const B = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
] as const;
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
] as const;
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1] as const;
const TAIL = 0.02425;

/** The value that a standard normal variable stays below with probability `p` in (0, 1). */
export function normalQuantile(p: number): number {
  if (p < TAIL) return tail(p);
  if (p > 1 - TAIL) return -tail(1 - p);
  const q = p - 0.5;
  const square = q * q;
  return (horner(A, square) * q) / horner(B, square);
}

function tail(p: number): number {
  const q = Math.sqrt(-2 * ln(p));
  return horner(C, q) / horner(D, q);
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
