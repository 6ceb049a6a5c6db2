/** Colour says state and nothing else: every line reads the same without it. */
export type Paint = {
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
  /** What the user has chosen; a mark beside it says the same. */
  readonly chosen: (text: string) => string;
};

const same = (text: string): string => text;

/** For streams that show no colour. */
export const plainPaint: Paint = {
  good: same,
  warning: same,
  bad: same,
  faint: same,
  chosen: same,
};

/** For a terminal. Loads kleur, which nobody else pays for. */
export const loadPaint = async (): Promise<Paint> => {
  const { default: kleur } = await import('kleur');
  kleur.enabled = true;
  const { green: good, yellow: warning, red: bad, dim: faint, inverse: chosen } = kleur;
  return { good, warning, bad, faint, chosen };
};
