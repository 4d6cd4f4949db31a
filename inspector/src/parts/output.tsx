import { useLayoutEffect, useRef } from 'preact/hooks';

interface OutputProps {
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated?: boolean;
  /** The streams in which U+FFFD stands for what is not UTF-8. */
  readonly altered?: readonly string[] | undefined;
}

/** What a process wrote, each stream by itself, the end in sight. */
export function Output({ stdout, stderr, truncated = false, altered = [] }: OutputProps) {
  if (stdout === '' && stderr === '') return <p class="quiet">It wrote nothing.</p>;
  return (
    <div class="output">
      <Stream name="stderr" text={stderr} truncated={truncated} altered={altered.includes('stderr')} />
      <Stream name="stdout" text={stdout} truncated={truncated} altered={altered.includes('stdout')} />
    </div>
  );
}

function Stream({
  name,
  text,
  truncated,
  altered,
}: {
  readonly name: string;
  readonly text: string;
  readonly truncated: boolean;
  readonly altered: boolean;
}) {
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  // New text keeps the end in sight, unless somebody reads further up.
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  if (text === '') return null;
  const follow = () => {
    const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = box.current ?? {};
    isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 4;
  };
  return (
    <figure>
      <figcaption>
        {name}
        {truncated && ' · only the end is kept'}
        {altered && ' · not UTF-8: � stands for what is not'}
      </figcaption>
      <pre ref={box} tabIndex={0} role="log" aria-label={name} aria-live="off" onScroll={follow}>
        {text}
      </pre>
    </figure>
  );
}
