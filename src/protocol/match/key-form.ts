const form = /^[a-z2-7]{26}$/;

/** Whether a text looks like every key that a manager gives out: 128 bits in base32. */
export const isKeyForm = (text: string): boolean => form.test(text);
