import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { RequestError } from '../data.ts';

interface ConfirmProps {
  readonly title: string;
  /** What the button does, as a verb: `Cancel the run`. */
  readonly verb: string;
  readonly isDangerous?: boolean;
  /** Whether there is nothing to do, so that the button has no effect. */
  readonly isDisabled?: boolean;
  /** Does it; what it throws is shown, and the dialog stays. */
  readonly act: () => Promise<void>;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

/** Asks before something is done. The focus is kept in it, and goes back when it closes. */
export function Confirm({ title, verb, isDangerous, isDisabled, act, close, children }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError('');
    try {
      await act();
      close();
    } catch (refused) {
      if (!(refused instanceof RequestError)) throw refused;
      setError(refused.message);
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={id}>{title}</h2>
        {children}
        <p class="error" role="alert">
          {error}
        </p>
        <div class="buttons">
          <button type="button" onClick={close}>
            Leave it
          </button>
          <button type="submit" class={isDangerous ? 'danger' : 'primary'} disabled={isBusy || isDisabled}>
            {verb}
          </button>
        </div>
      </form>
    </dialog>
  );
}
