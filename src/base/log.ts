type Fields = Readonly<Record<string, unknown>>;

/** The part of a pino logger that our code uses; the programs pass pino itself. */
export type Log = {
  readonly debug: (fields: Fields, message: string) => void;
  readonly info: (fields: Fields, message: string) => void;
  readonly warn: (fields: Fields, message: string) => void;
  readonly error: (fields: Fields, message: string) => void;
};
