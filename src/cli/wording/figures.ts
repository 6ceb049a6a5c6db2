/** A routing key that people may see: its two ends. */
export const shortKey = (key: string): string =>
  key.length < 12 ? '…' : `${key.slice(0, 4)}…${key.slice(-3)}`;

/** Milliseconds for people: `<1 ms`, `38 ms`, `6.2 s`. */
export const duration = (milliseconds: number): string => {
  if (milliseconds < 1) return '<1 ms';
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
};

/** `4,102`, the same everywhere. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** Time of day on this machine: `10:42:07`. */
export const clock = (date: Date): string =>
  [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');

/** A moment that is near or far: `11:30` today, else `2026-11-22 11:30`. */
export const moment = (date: Date, now: Date): string => {
  const time = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  if (date.toDateString() === now.toDateString()) return time;
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${time}`;
};

/** How long until then, in words: `23 m`, `3 h 5 m`, `2 d`. */
export const timeLeft = (date: Date, now: Date): string => {
  const minutes = Math.max(0, Math.round((date.getTime() - now.getTime()) / 60_000));
  if (minutes < 1) return 'less than 1 m';
  if (minutes < 60) return `${minutes} m`;
  if (minutes >= 48 * 60) return `${Math.floor(minutes / (24 * 60))} d`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} m`;
};

const twoDigits = (value: number): string => String(value).padStart(2, '0');
