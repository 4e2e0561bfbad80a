import { useState } from 'preact/hooks';
import { metaText } from './browser.ts';
import { isSignedOut, RequestError, reloadShown } from './data.ts';
import { loadMe } from './me.ts';
import { Page } from './parts/page.tsx';
import { absolute } from './router.ts';

/** Opens a session. @throws RequestError. */
async function open(init: RequestInit): Promise<void> {
  const headers = { 'Content-Type': 'application/json', ...init.headers };
  const answer = await fetch(absolute('-/session'), { method: 'POST', ...init, headers });
  if (!answer.ok) throw new RequestError(answer.status, 'It is wrong, or was used already.', null);
  await loadMe();
  reloadShown();
}

/** The one-time code of the address, when there is one; it is taken out of the address and the history. */
export function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** Opens the session of a code. */
export async function openByCode(code: string): Promise<void> {
  try {
    await open({ body: JSON.stringify({ code }) });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    isSignedOut.value = true;
  }
}

/** Shown in place of every page while it is not known who uses it. */
export function SignInPage() {
  const how = metaText('sign-in');
  return (
    <Page title="Sign in">
      <div class="card narrow">
        {how === 'token' ? (
          <TokenForm />
        ) : how === '' ? (
          <p>
            This page is for people who are signed in to the application that serves it. Sign in there, then
            load it again.
          </p>
        ) : (
          <p>
            <a class="button primary" href={how}>
              Sign in
            </a>
          </p>
        )}
      </div>
    </Page>
  );
}

function TokenForm() {
  const [error, setError] = useState('');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get('token') ?? '').trim();
    try {
      await open({ headers: { Authorization: `Bearer ${token}` }, body: '{}' });
    } catch (refused) {
      if (!(refused instanceof RequestError)) throw refused;
      setError(refused.message);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p>Open the link that the server printed at its start, or enter its token.</p>
      <label>
        Token
        <input type="password" name="token" required autocomplete="off" aria-describedby="sign-in-error" />
      </label>
      <p id="sign-in-error" class="error" role="alert">
        {error}
      </p>
      <button type="submit" class="primary">
        Sign in
      </button>
    </form>
  );
}
