/** What pages of documentation do in a browser: colours, the key of the search, and the search itself. */
import MiniSearch from 'minisearch';
import { keep, kept } from '../../dashboard/client/browser.ts';
import type { DocsSection } from '../model.ts';

const FOUND_MAX = 50;
/** Of the text around the first word that was found, characters. */
const EXCERPT_LENGTH = 220;

function startTheme(): void {
  const choice = document.querySelector<HTMLSelectElement>('select.theme');
  if (!choice) return;
  const apply = (theme: string): void => {
    const { dataset } = document.documentElement;
    if (theme === 'auto') delete dataset.theme;
    else dataset.theme = theme;
  };
  choice.value = kept('theme') ?? 'auto';
  apply(choice.value);
  choice.addEventListener('change', () => {
    keep('theme', choice.value === 'auto' ? null : choice.value);
    apply(choice.value);
  });
}

/** `/` goes to the search, unless something is being typed. */
function startKeys(box: HTMLInputElement): void {
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.closest('input, select') !== null;
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
  });
}

/** Searches while words are typed, and keeps them in the address. */
async function startSearch(box: HTMLInputElement, list: HTMLElement, count: HTMLElement): Promise<void> {
  box.value = new URLSearchParams(location.search).get('q') ?? '';
  const sections = (await (await fetch('/-/search.json')).json()) as DocsSection[];
  const index = new MiniSearch<DocsSection>({
    fields: ['heading', 'title', 'text'],
    storeFields: ['title', 'heading', 'text'],
    searchOptions: {
      boost: { heading: 4, title: 2 },
      // Guides before the reasons for what they say.
      boostDocument: (id) => (String(id).startsWith('src/decisions/') ? 0.4 : 1),
      combineWith: 'AND',
      prefix: (term) => term.length > 2,
      fuzzy: (term) => (term.length > 5 ? 0.15 : false),
    },
  });
  index.addAll(sections);
  const show = (): void => {
    const words = box.value.trim();
    const found = words === '' ? [] : index.search(words);
    count.textContent = words === '' ? 'Type words to search for.' : said(found.length);
    list.replaceChildren(
      ...found
        .slice(0, FOUND_MAX)
        .map(({ id, title, heading, text, terms }) =>
          item({ id, title, heading, text } as DocsSection, terms),
        ),
    );
  };
  box.addEventListener('input', () => {
    history.replaceState(null, '', `?q=${encodeURIComponent(box.value)}`);
    show();
  });
  box.form?.addEventListener('submit', (event) => event.preventDefault());
  show();
}

function said(count: number): string {
  if (count > FOUND_MAX) return `${count} places; the best ${FOUND_MAX}:`;
  return count === 0 ? 'Nothing was found.' : `${count} ${count === 1 ? 'place' : 'places'}:`;
}

function item({ id, title, heading, text }: DocsSection, terms: readonly string[]): HTMLLIElement {
  const row = document.createElement('li');
  const link = document.createElement('a');
  link.href = `/${id}`;
  link.textContent = heading;
  const place = document.createElement('small');
  place.textContent = title;
  const about = document.createElement('p');
  about.textContent = excerpt(text, terms);
  row.append(link, ' ', ...(title === heading ? [] : [place]), about);
  return row;
}

function excerpt(text: string, terms: readonly string[]): string {
  const lower = text.toLowerCase();
  const places = terms.map((term) => lower.indexOf(term)).filter((at) => at >= 0);
  const from = Math.max(0, Math.min(...places, text.length) - EXCERPT_LENGTH / 4);
  const start = places.length === 0 || from === 0 ? 0 : text.indexOf(' ', from) + 1;
  const part = text.slice(start, start + EXCERPT_LENGTH);
  const isCut = start + EXCERPT_LENGTH < text.length;
  return `${start > 0 ? '… ' : ''}${isCut ? `${part.replace(/ \S*$/, '')} …` : part}`;
}

startTheme();
const box = document.querySelector<HTMLInputElement>('input[type=search]');
const [list, count] = ['found', 'found-count'].map((id) => document.getElementById(id));
if (box) {
  startKeys(box);
  if (list && count) void startSearch(box, list, count);
}
