/** What the page takes from its surroundings: time, timers, storage. Everything else gets it from here. */

/** The present by the browser's clock, ms. */
export function now(): number {
  return Date.now();
}

/** Calls `work` once, after `delayMs`; the function calls it off. */
export function later(delayMs: number, work: () => void): () => void {
  const timer = setTimeout(work, delayMs);
  return () => clearTimeout(timer);
}

/** Calls `work` every `intervalMs` until the function is called. */
export function every(intervalMs: number, work: () => void): () => void {
  const timer = setInterval(work, intervalMs);
  return () => clearInterval(timer);
}

/** A setting that this browser keeps for the dashboard; `null`: none, or it keeps nothing. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`tenure.${name}`);
  } catch {
    return null; // storage is switched off in this browser
  }
}

/** Keeps a setting; `null` forgets it. */
export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`tenure.${name}`);
    else localStorage.setItem(`tenure.${name}`, value);
  } catch {
    // Storage is switched off in this browser: the setting holds until the page is left.
  }
}

/** What the server has said in the head of the page. */
export function metaText(name: 'environment' | 'sign-in'): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="tenure-${name}"]`)?.content ?? '';
}
