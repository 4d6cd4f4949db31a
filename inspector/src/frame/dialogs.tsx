import { CONDITIONS } from '../model/condition.js';
import { Dialog } from '../parts/dialog.js';
import { Mark } from '../parts/mark.js';
import { confirm, outcome, pending } from '../state/control.js';
import { isHelpOpen, KEYS } from '../state/keys.js';

/** What lies over the page: a question, the help, and what came of a change. */
export function Dialogs() {
  return (
    <>
      {pending.value && <Confirm />}
      {isHelpOpen.value && <Help />}
      <div class="toasts" role="status" aria-live="polite">
        {outcome.value && (
          <p class="toast">
            <Mark condition={outcome.value.ok ? 'running' : 'failed'} /> {outcome.value.text}
          </p>
        )}
      </div>
    </>
  );
}

function Confirm() {
  const request = pending.value;
  const close = () => {
    pending.value = null;
  };
  if (!request) return null;
  return (
    <Dialog title={`${request.title}?`} close={close}>
      <p>{request.text}</p>
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="button is-danger" onClick={() => void confirm(request)}>
          {request.verb}
        </button>
      </div>
    </Dialog>
  );
}

function Help() {
  const close = () => {
    isHelpOpen.value = false;
  };
  return (
    <Dialog title="Keys and signs" close={close}>
      <div class="help">
        <dl class="keys">
          {KEYS.map(([keys, what]) => (
            <div key={keys}>
              <dt>
                {keys.split('  ').map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <ul class="signs">
          {CONDITIONS.map((condition) => (
            <li key={condition} class={`tone-${condition}`}>
              <Mark condition={condition} /> {condition}
            </li>
          ))}
        </ul>
      </div>
      <p class="quiet">The address of the page carries what you see: send it to someone who may look.</p>
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
