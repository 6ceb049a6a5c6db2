import { soughtCharactersMax, soughtCharactersMin, soughtMax } from '../limits.ts';

/** A secret of one exchange: the name that stands for it, and what it is. */
export type Secret = {
  readonly name: string;
  /** Such as `header:authorization`. */
  readonly where: string;
  readonly value: string;
  /** The JSON value as written, when it is one: `"p\"w"`, `1234`. */
  readonly literal?: string | undefined;
};

const nameCharactersMax = 40;

/** What stands in place of a secret. */
export const maskOf = (name: string): string => `[redacted:${name}]`;

const mask = '\\[redacted:[A-Z0-9_]{1,48}\\]';

/** Every mask in a text, its name captured. */
export const maskForm = (): RegExp => /\[redacted:([A-Z0-9_]{1,48})\]/g;

/** The secrets of one exchange, each under a name of its own that says where it first stood. */
export class Secrets {
  readonly #byValue = new Map<string, Secret>();
  readonly #byName = new Map<string, Secret>();
  readonly #open = new Set<string>();
  readonly #used = new Set<string>();

  /** Those that something was written in place of. */
  get used(): readonly Secret[] {
    return [...this.#byName.values()].filter(({ name }) => this.#used.has(name));
  }

  named(name: string): Secret | undefined {
    return this.#byName.get(name);
  }

  /** What to write in place of a secret; what is open stays. */
  mask(value: string, name: string, where: string, literal?: string): string {
    if (this.#open.has(value)) return value;
    const secret = this.note(value, name, where, literal);
    this.#used.add(secret.name);
    return maskOf(secret.name);
  }

  /** Keeps in mind what is a secret wherever it stands. */
  note(value: string, name: string, where: string, literal?: string): Secret {
    const known = this.#byValue.get(value);
    if (known === undefined)
      return this.#add({ name: this.#freeName(name), where, value, literal });
    if (known.literal !== undefined || literal === undefined) return known;
    return this.#add({ ...known, literal });
  }

  /** Asked for on purpose: no secret any more, wherever it stands. */
  open(value: string): void {
    this.#open.add(value);
  }

  /** Replaces all that stands anywhere, however it got there. */
  maskAll(text: string): string {
    const forms = this.#sought();
    // Most texts hold none of them, and making the expression costs more than looking for each.
    const found = [...forms.keys()].filter((form) => text.includes(form));
    if (found.length === 0) return text;
    const any = found.map(escaped).join('|');
    return text.replace(new RegExp(`${mask}|${any}`, 'g'), (written) => {
      const secret = forms.get(written);
      return secret === undefined ? written : this.mask(written, secret.name, secret.where);
    });
  }

  /** By the form in which it may be written; longest first, because one may begin another. */
  #sought(): ReadonlyMap<string, Secret> {
    const secrets = [...this.#byValue.values()].filter(
      ({ value }) =>
        value.length >= soughtCharactersMin &&
        value.length <= soughtCharactersMax &&
        !this.#open.has(value),
    );
    const forms = secrets.flatMap((secret) =>
      formsOf(secret).map((form) => [form, secret] as const),
    );
    return new Map(forms.sort(([a], [b]) => b.length - a.length).slice(0, soughtMax));
  }

  #add(secret: Secret): Secret {
    this.#byValue.set(secret.value, secret);
    this.#byName.set(secret.name, secret);
    return secret;
  }

  #freeName(wanted: string): string {
    const base = wanted
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '_')
      .replace(/^_|_$/g, '')
      .slice(0, nameCharactersMax);
    const name = base === '' ? 'SECRET' : base;
    let free = name;
    for (let number = 2; this.#byName.has(free); number++) free = `${name}_${number}`;
    return free;
  }
}

const formsOf = ({ value }: Secret): readonly string[] => [
  value,
  encoded(value),
  JSON.stringify(value).slice(1, -1),
];

// A lone half of a surrogate pair has no such form.
const encoded = (value: string): string => {
  try {
    return encodeURIComponent(value);
  } catch {
    return value;
  }
};

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
