/** Octets that terminals take into their clipboard; several drop what is longer. */
export const clipboardBytesMax = 74_994;

/** Asks a terminal to copy a text (OSC 52). Most do, some only when they are told to allow it. */
export const clipboardSequence = (text: string): string => {
  const bytes = Buffer.from(text).subarray(0, clipboardBytesMax);
  return `\u001b]52;c;${bytes.toString('base64')}\u0007`;
};
