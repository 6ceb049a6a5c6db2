import { UserError } from '../../base/errors.ts';

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Reads `90s`, `45m`, `8h` or `2d`, of at most `secondsMax`, into seconds. */
export const parseDuration = (text: string, secondsMax: number, flag = '--for'): number => {
  const [, digits, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (secondsIn[unit] ?? Number.NaN);
  if (seconds >= 1 && seconds <= secondsMax) return seconds;
  const most = secondsMax % 86_400 === 0 ? `${secondsMax / 86_400}d` : `${secondsMax}s`;
  throw new UserError(
    `${flag} takes a time such as 90s, 45m, 8h or 1d, at most ${most}, not "${text}".`,
    { kind: 'usage' },
  );
};
