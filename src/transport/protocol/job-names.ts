/** Begins the names of what a worker calls for the job of a call. No host tool has such a name. */
export const JOB_TOOLS = 'job:';

/** The code of the error by which an attempt says that it ends to wait, and by which it is told to. */
export const SUSPENDED = 'ESP_SUSPENDED';
