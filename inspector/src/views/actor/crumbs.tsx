import { linkTo } from '../../state/route.js';

/** A path of which each part above leads there. */
export function Crumbs({ path }: { readonly path: string }) {
  const names = path.split('/').filter(Boolean);
  const above = names.slice(0, -1).map((name, at) => ({ name, to: `/${names.slice(0, at + 1).join('/')}` }));
  return (
    <h2 class="crumbs">
      {path !== '/' && <a href={linkTo({ at: '/' })}>/</a>}
      {above.map(({ name, to }) => (
        <span key={to}>
          <a href={linkTo({ at: to })}>{name}</a>/
        </span>
      ))}
      <strong>{names.at(-1) ?? '/'}</strong>
    </h2>
  );
}
