import { linkTo } from '../state/route.js';

/** The path of an actor, which leads there. Where it is too long for a line it goes on behind a slash. */
export function PathLink({ path }: { readonly path: string }) {
  const [first = '', ...names] = path.split('/');
  return (
    <a href={linkTo({ at: path })}>
      {first}
      {names.map((name, at) => (
        <span key={at}>
          /<wbr />
          {name}
        </span>
      ))}
    </a>
  );
}
