/** A promise that stays pending. A new one each time: one that all wait for would remember them all. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
