import { pending, type Request } from '../state/control.js';
import { hello, status } from '../state/live.js';

/** Buttons for what can be changed; none when nothing may be. Each asks before it acts. */
export function Actions({ requests }: { readonly requests: readonly Request[] }) {
  if (hello.value?.control !== true || status.value.type !== 'open') return null;
  return (
    <div class="actions">
      {requests.map((request) => (
        <button
          key={request.verb}
          type="button"
          class="button"
          onClick={() => {
            pending.value = request;
          }}
        >
          {request.verb}
        </button>
      ))}
    </div>
  );
}
