/** Light or dark: the system's choice, unless the reader has made one for this browser. */
import { signal } from '@preact/signals';
import { keep, kept } from './browser.ts';

/** What can be chosen. */
export const THEMES = ['auto', 'light', 'dark'] as const;
/** One of {@link THEMES}. */
export type Theme = (typeof THEMES)[number];

/** What was chosen. */
export const theme = signal<Theme>(THEMES.find((one) => one === kept('theme')) ?? 'auto');

function apply(): void {
  const { dataset } = document.documentElement;
  if (theme.value === 'auto') delete dataset.theme;
  else dataset.theme = theme.value;
}

/** Chooses a theme for this browser. */
export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  keep('theme', chosen === 'auto' ? null : chosen);
  apply();
}

/** Takes up what was chosen before. */
export function startTheme(): void {
  apply();
}
