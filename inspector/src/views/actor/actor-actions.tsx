import type { ActorDetail, Control } from 'espalier/client';
import { Actions } from '../../parts/actions.js';

/** What can be done to an actor. */
export function ActorActions({ actor: { path, status, spec } }: { readonly actor: ActorDetail }) {
  if (status === 'dead') return null;
  const control = (type: Extract<Control, { path: string }>['type']): Control => ({ type, path });
  const after =
    spec?.restart === 'permanent' ? 'Its supervisor starts it again.' : 'Its supervisor applies its restart type.';
  return (
    <Actions
      requests={[
        {
          verb: 'Restart',
          title: `Restart ${path}`,
          text: 'It is stopped, with everything below it, and started again as a new life.',
          control: control('actor.restart'),
        },
        {
          verb: 'Stop',
          title: `Stop ${path}`,
          text: `It is asked to stop, and awaited, with everything below it. ${after}`,
          control: control('actor.stop'),
        },
        {
          verb: 'Kill',
          title: `Kill ${path}`,
          text: `It ends at once, unasked: work in it is lost. ${after}`,
          control: control('actor.kill'),
        },
      ]}
    />
  );
}
