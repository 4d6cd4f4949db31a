/** What says in a database's header that it is ours: `ESPR`. */
export const APPLICATION_ID = 0x45535052;
