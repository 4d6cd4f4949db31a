import { CONDITIONS, type Condition } from '../model/condition.js';
import { refine, route } from '../state/place.js';
import { Chip, toggled } from './filter-bar.js';
import { Mark } from './mark.js';

/** How many there are of each condition, most urgent first; a press shows those alone. */
export function ConditionChips({ counts }: { readonly counts: ReadonlyMap<Condition, number> }) {
  const { show } = route.value;
  const present = CONDITIONS.filter((condition) => (counts.get(condition) ?? 0) > 0 || show.includes(condition));
  return (
    <fieldset class="chips">
      <legend class="unseen">Show only</legend>
      {present.map((condition) => (
        <Chip key={condition} isOn={show.includes(condition)} toggle={() => refine({ show: toggled(show, condition) })}>
          <Mark condition={condition} />
          {condition} <b>{(counts.get(condition) ?? 0).toLocaleString('en')}</b>
        </Chip>
      ))}
    </fieldset>
  );
}
