/** What stands around every page: its head, the keys, and what is said in passing. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { notice } from './actions/copy.tsx';
import { metaText } from './browser.ts';
import { send } from './data.ts';
import { isHelpShown } from './keys.ts';
import { liveState } from './live.ts';
import { loadMe, me } from './me.ts';
import { NAV } from './pages/pages.tsx';
import { go, route } from './router.ts';
import { to } from './routes.ts';
import { chooseTheme, THEMES, type Theme, theme } from './theme.ts';

/** The frame of a page. */
export function Layout({ children }: { children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header>
        <div class="bar-top">
          <a class="brand" href={to.overview}>
            <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
              <rect width="16" height="16" rx="4" class="brand-disc" />
              <path d="M3.5 5h9M3.5 8h6M3.5 11h3" class="brand-mark" />
            </svg>
            tenure
          </a>
          <Environment />
          <Search />
          <ThemeChoice />
          <Account />
        </div>
        <Navigation />
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Footer />
      <div class={notice.value === '' ? 'toast' : 'toast shown'} role="status">
        {notice.value}
      </div>
      <Help />
    </>
  );
}

function Environment() {
  const name = metaText('environment');
  return (
    <>
      {name === '' ? null : <span class="badge">{name}</span>}
      {me.value?.isReadOnly ? <span class="badge quiet">read-only</span> : null}
    </>
  );
}

function Search() {
  if (!me.value?.can.reports) return <span class="search" />;
  const find = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const text = String(new FormData(form).get('q') ?? '').trim();
    if (text === '') return;
    form.reset();
    // A run's id is known by its form; everything else is a name or id of a person.
    const isRun = /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/i.test(text);
    go(isRun ? to.run(text) : to.people(text));
  };
  return (
    <search class="search">
      <form onSubmit={find}>
        <input
          type="search"
          name="q"
          aria-label="Find a person by name or id, or a run by id"
          placeholder="Name, person id or run id"
          autocomplete="off"
          spellcheck={false}
          aria-keyshortcuts="/"
        />
        <span class="key" aria-hidden="true">
          /
        </span>
      </form>
    </search>
  );
}

function ThemeChoice() {
  return (
    <select
      class="theme"
      aria-label="Colours"
      value={theme.value}
      onChange={({ currentTarget }) => chooseTheme(currentTarget.value as Theme)}
    >
      {THEMES.map((name) => (
        <option key={name} value={name}>
          {name === 'auto' ? 'System' : name === 'light' ? 'Light' : 'Dark'}
        </option>
      ))}
    </select>
  );
}

function Account() {
  const who = me.value;
  if (!who?.id) return null;
  const signOut = async (): Promise<void> => {
    await send('-/session', { method: 'DELETE' });
    me.value = null;
    await loadMe();
  };
  return (
    <span class="account">
      <span class="soft" title="You are signed in as">
        {who.id}
      </span>
      {who.isSession ? (
        <button type="button" class="quiet" onClick={() => void signOut()}>
          Sign out
        </button>
      ) : null}
    </span>
  );
}

function Navigation() {
  const { page } = route.value;
  const items = NAV.filter(({ needs }) => me.value?.can[needs]);
  return (
    <nav class="nav" aria-label="Pages">
      <ul>
        {items.map(({ title, href, pages }) => (
          <li key={href}>
            <a href={href} aria-current={pages.includes(page) ? 'page' : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const LIVE_TEXT = {
  on: 'Live: what runs is shown as it happens.',
  connecting: 'Connecting …',
  off: 'Not live: what is shown may be old.',
} as const;

function Footer() {
  return (
    <footer>
      <span class={`live ${liveState.value}`}>{LIVE_TEXT[liveState.value]}</span>
      <button type="button" class="quiet" onClick={() => (isHelpShown.value = true)}>
        Keys <kbd>?</kbd>
      </button>
    </footer>
  );
}

function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isShown = isHelpShown.value;
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isShown]);
  const keys = [
    ['/', 'Find a person or a run'],
    ['j', 'Next row'],
    ['k', 'Row before'],
    ['Enter', 'Open the row'],
    ['x', 'Select the row, or not'],
    ...NAV.map(({ key, title }) => [`g ${key}`, title] as const),
    ['?', 'Show or hide these keys'],
  ] as const;
  return (
    <dialog ref={dialog} aria-labelledby="keys" onClose={() => (isHelpShown.value = false)}>
      <h2 id="keys">Keys</h2>
      <dl class="keys">
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
