import type { Connection } from '../sql/connection.js';
import { VERSION_1 } from './version-1.js';
import { VERSION_2 } from './version-2.js';
import { VERSION_3 } from './version-3.js';
import { VERSION_4 } from './version-4.js';
import { VERSION_5 } from './version-5.js';
import { VERSION_6 } from './version-6.js';
import { VERSION_7 } from './version-7.js';

/** One step of the schema: brings a store of version `version - 1` to `version`. It runs inside a transaction. */
export interface Migration {
  readonly version: number;
  readonly up: (db: Connection) => void;
}

/** All steps, oldest first. A released step never changes. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, up: (db) => db.execute(VERSION_1) },
  { version: 2, up: (db) => db.execute(VERSION_2) },
  { version: 3, up: (db) => db.execute(VERSION_3) },
  { version: 4, up: (db) => db.execute(VERSION_4) },
  { version: 5, up: (db) => db.execute(VERSION_5) },
  { version: 6, up: (db) => db.execute(VERSION_6) },
  { version: 7, up: (db) => db.execute(VERSION_7) },
];

/** The version that this code reads and writes. */
export const CURRENT_VERSION = MIGRATIONS.length;
