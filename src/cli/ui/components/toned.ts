import type { Paint } from '../../paint.ts';
import type { Tone } from '../model/model.ts';

/** A text in the colour of its tone, where there are colours. */
export const toned = (paint: Paint, tone: Tone, text: string): string =>
  tone === 'plain' ? text : paint[tone](text);
