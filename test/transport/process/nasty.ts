import { existsSync } from 'node:fs';
import { required } from '../../support/required.js';

const REDIS = required('redis-server', existsSync('/usr/bin/redis-server')) ? ['redis.sh'] : [];

/** The fixtures that are hard to get rid of, each in its own way. */
export const NASTY: readonly string[] = [
  'ignores-signals.sh',
  'child-in-own-session.sh',
  'daemon.pl',
  'stopped.sh',
  'stopped-group.sh',
  'stopped-in-own-session.sh',
  'waits-for-all-children.pl',
  'closes-all-files.pl',
  'overwrites-environment.pl',
  'overwrites-environment-in-own-group.pl',
  ...REDIS,
  'keeps-re-forking.pl',
  'revives-its-child.pl',
  're-execs-in-own-session.sh',
  'fork-bomb.pl',
];

/** Those of them whose processes end by themselves, some while others go on in their place. */
export const RESTLESS: readonly string[] = ['daemon.pl', 'keeps-re-forking.pl', 'waits-for-all-children.pl'];
