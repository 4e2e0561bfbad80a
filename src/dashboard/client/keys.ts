/** The keyboard: everything that a mouse can do can be done without one, and some of it faster. */
import { signal } from '@preact/signals';
import { now } from './browser.ts';
import { go } from './router.ts';

/** A key that leads somewhere after `g`. */
export interface GoKey {
  readonly key: string;
  readonly title: string;
  readonly href: string;
}

/** Whether the list of keys is shown. */
export const isHelpShown = signal(false);

const CHORD_MS = 1_500;

function isTyping({ target }: Event): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]') !== null
  );
}

/** The links of the rows of the lists that are shown. */
function rowLinks(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('table.rows tbody tr')].flatMap(
    (row) => row.querySelector<HTMLElement>('a') ?? [],
  );
}

function move(step: 1 | -1): void {
  const links = rowLinks();
  const row = document.activeElement?.closest('tr');
  const at = links.findIndex((link) => link.closest('tr') === row);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
  links[next]?.focus();
}

/** Selects the row that has the focus, or unselects it. */
function choose(): void {
  document.activeElement?.closest('tr')?.querySelector<HTMLElement>('input.choose')?.click();
}

/** Listens to the keys. */
export function startKeys(goKeys: readonly GoKey[]): void {
  let goUntilMs = 0;
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event)) return;
    if (document.querySelector('dialog[open]') !== null && event.key !== '?') return;
    const chord = now() < goUntilMs ? goKeys.find(({ key }) => key === event.key) : undefined;
    goUntilMs = 0;
    if (chord) go(chord.href);
    else if (event.key === 'g') goUntilMs = now() + CHORD_MS;
    else if (event.key === 'j') move(1);
    else if (event.key === 'k') move(-1);
    else if (event.key === 'x') choose();
    else if (event.key === '/') document.querySelector<HTMLElement>('input[type=search]')?.focus();
    else if (event.key === '?') isHelpShown.value = !isHelpShown.peek();
    else return;
    event.preventDefault();
  });
}
