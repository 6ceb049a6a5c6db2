const endings =
  /(token|secret|password|passwd|passphrase|passcode|apikey|privatekey|accesskey|secretkey|credentials?|sessionid|jwt|authorization|cardnumber|creditcard)$/;
const wholes = new Set(['auth', 'pwd', 'pin', 'otp', 'cvv', 'cvc', 'ssn', 'sid', 'iban']);
const queryWholes = new Set(['key', 'sig', 'signature', 'code', 'state', 'session', 'ticket']);
const headerWholes = new Set(['proxyauthorization', 'setcookie', 'cookie', 'xcsrf', 'xauth']);

const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Whether a member of that name, in JSON or in a form, holds a secret by our own judgement. */
export const isSecretName = (name: string): boolean => {
  const text = bare(name);
  return endings.test(text) || wholes.has(text);
};

/** The same for a parameter of an address, where more is one. */
export const isSecretParameter = (name: string): boolean =>
  isSecretName(name) || queryWholes.has(bare(name)) || /signature$/.test(bare(name));

/** The same for a header. */
export const isSecretHeader = (name: string): boolean => {
  const text = bare(name);
  return headerWholes.has(text) || endings.test(text) || /(auth|session|signature)$/.test(text);
};
