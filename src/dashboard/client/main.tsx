/** The page begins here. */
import './style/style.css';
import { render } from 'preact';
import { startClock } from './clock.ts';
import { isSignedOut } from './data.ts';
import { startKeys } from './keys.ts';
import { Layout } from './layout.tsx';
import { startLive } from './live.ts';
import { loadMe, me, meError } from './me.ts';
import { NAV, pageOf } from './pages/pages.tsx';
import { Empty, Failure } from './parts/feedback.tsx';
import { Page } from './parts/page.tsx';
import { route, startRouter } from './router.ts';
import { to } from './routes.ts';
import { openByCode, SignInPage, takeCode } from './sign-in.tsx';
import { startTheme } from './theme.ts';

function App() {
  if (isSignedOut.value) {
    return (
      <Layout>
        <SignInPage />
      </Layout>
    );
  }
  if (meError.value !== null)
    return (
      <Layout>
        <Failure error={meError.value} />
      </Layout>
    );
  if (me.value === null) return <Layout>{null}</Layout>;
  return (
    <Layout>
      {pageOf(route.value) ?? (
        <Page title="No such page">
          <Empty title="There is nothing at this address.">
            <a href={to.overview}>To the overview</a>
          </Empty>
        </Page>
      )}
    </Layout>
  );
}

startTheme();
startRouter();
startClock();
startKeys(NAV);
const code = takeCode();
const known = code === null ? loadMe() : openByCode(code);
const app = document.getElementById('app');
if (app) {
  app.replaceChildren();
  render(<App />, app);
}
void known.then(startLive);
