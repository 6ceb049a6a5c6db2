/** How many cases a property is tried with: more in a long run (`npm run soak -- match`). */
export const runs = (few: number): { readonly numRuns: number; readonly seed?: number } => {
  const wanted = Number(process.env['BYWAY_MATCH_RUNS'] ?? '0');
  const seed = process.env['BYWAY_MATCH_SEED'];
  return { numRuns: Math.max(few, wanted), ...(seed === undefined ? {} : { seed: Number(seed) }) };
};
