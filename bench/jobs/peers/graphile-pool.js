import { fromPeers } from './packages.js';

/** A pool of connections whose errors are heard, as graphile-worker asks for. */
export function heard(pool) {
  const tell = (error) => console.error(error);
  return pool.on('error', tell).on('connect', (client) => client.on('error', tell));
}

/** graphile-worker says that a job is complete before it has written so: what it deletes is what has ended. */
export async function graphilePool(options, ended) {
  const { default: pg } = await fromPeers('pg');
  class Client extends pg.Client {
    query(statement, ...rest) {
      const answer = super.query(statement, ...rest);
      if (typeof statement === 'object' && statement.text?.startsWith('delete from "graphile_worker"._private_jobs'))
        answer.then(() => ended(statement.values.flat().map(String)));
      return answer;
    }
  }
  return heard(new pg.Pool({ ...options, Client }));
}
