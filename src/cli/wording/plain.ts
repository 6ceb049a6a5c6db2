// C0, DEL and C1 controls, and what reorders text: nothing from outside may steer a terminal.
const steering = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text from another machine, made safe for one line of a terminal. */
export const plain = (text: string): string => text.replace(steering, '\ufffd');
