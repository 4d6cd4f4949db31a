interface MeterProps {
  readonly name: string;
  readonly value: number;
  readonly of: number;
  /** What the value does, for those who cannot see the bar. */
  readonly word: string;
  readonly tone: 'running' | 'idle' | 'waiting' | 'failed';
}

/** A number of at most so many, as a bar with its figures. */
export function Meter({ name, value, of, word, tone }: MeterProps) {
  const label = `${value} of ${of} ${word}`;
  const width = `${(100 * Math.min(value, of)) / Math.max(1, of)}%`;
  return (
    <div class="meter">
      <span class="meter-name">{name}</span>
      <span class="meter-bar" role="img" aria-label={label} title={label}>
        <i class={`tone-${tone}`} style={{ width }} />
      </span>
      <span class="meter-figures">
        <b>{value.toLocaleString('en')}</b> of {of.toLocaleString('en')}
      </span>
    </div>
  );
}
