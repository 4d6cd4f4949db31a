/** Milliseconds on a clock that all processes of the machine share, and nobody sets. */
export const instant = () => Number(process.hrtime.bigint()) / 1e6;
