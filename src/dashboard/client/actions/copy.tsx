import { signal } from '@preact/signals';
import { later } from '../browser.ts';
import { absolute } from '../router.ts';

/** Said to screen readers, and shown for a moment. */
export const notice = signal('');

/** Says something for a few seconds. */
export function say(text: string): void {
  notice.value = text;
  later(4_000, () => {
    if (notice.peek() === text) notice.value = '';
  });
}

/** A command that makes the request which a page is made of. */
function curlText(address: string): string {
  return `curl --header 'Accept: application/json' --header "Authorization: Bearer $TOKEN" '${absolute(address).replaceAll("'", '%27')}'`;
}

/** Copies the request that the page has made, for a shell. */
export function CopyCurl({ address }: { address: string }) {
  const copy = async (): Promise<void> => {
    const text = curlText(address);
    try {
      await navigator.clipboard.writeText(text);
      say('Copied as a curl command.');
    } catch {
      say(text); // the browser does not let pages copy
    }
  };
  return (
    <button type="button" class="quiet" onClick={() => void copy()}>
      Copy as curl
    </button>
  );
}
