import { maskForm } from '../recorder/redaction/secrets.ts';

/** A text in which the names of hidden values stand between what is known. */
export type Part = { readonly text: string } | { readonly hidden: string };

/** What a hidden value is called where it has to be set: no variable that could be there already. */
export const variableOf = (name: string): string => `REDACTED_${name}`;

/** Parts of a text in their order; none for an empty one. */
export const partsOf = (text: string): readonly Part[] => {
  const parts: Part[] = [];
  let at = 0;
  for (const mask of text.matchAll(maskForm())) {
    if (mask.index > at) parts.push({ text: text.slice(at, mask.index) });
    parts.push({ hidden: mask[1] ?? '' });
    at = mask.index + mask[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
};

/** Whether something in it is hidden. */
export const hidesIn = (text: string): boolean => partsOf(text).some((part) => 'hidden' in part);
