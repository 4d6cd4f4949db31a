/** The share of their samples that properties take: all of them, unless a mutation run judges thousands of mutants. */
const effort = Number(process.env.ESPALIER_EFFORT ?? 1);

/** Whether every sample counts, and every path of the larger machines is walked. */
export const isThorough = effort >= 1;

/** How many samples a property takes. */
export function samples(count: number): number {
  return Math.max(10, Math.ceil(count * effort));
}
