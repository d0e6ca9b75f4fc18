// Decoding of what comes from outside: each decoder takes an unknown value and the path to it, and gives the typed value
// or throws a DecodeFault that names the path. Fields that we do not know are left out of the result.

/** Something from the wire was not what the protocol says. `kind` tells a newer server's message from a broken one. */
export class DecodeFault extends Error {
  readonly kind: "notJSON" | "unknownType" | "malformed";
  readonly path: string;

  constructor(kind: DecodeFault["kind"], path: string, expected: string) {
    super(`${path}: ${expected}`);
    this.name = "DecodeFault";
    this.kind = kind;
    this.path = path;
  }
}

export type Decoder<T> = (value: unknown, path: string) => T;

export type Fields = Readonly<Record<string, unknown>>;

export const fields: Decoder<Fields> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DecodeFault("malformed", path, "an object is missing");
  }
  return value as Fields;
};

export const text: Decoder<string> = (value, path) => {
  if (typeof value !== "string") throw new DecodeFault("malformed", path, "a text is missing");
  return value;
};

/** A text that is not empty: ids, tickets, SDP. */
export const token: Decoder<string> = (value, path) => {
  if (typeof value !== "string" || value === "") throw new DecodeFault("malformed", path, "a text of one character or more is missing");
  return value;
};

export const flag: Decoder<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new DecodeFault("malformed", path, "true or false is missing");
  return value;
};

export const positive: Decoder<number> = (value, path) => {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1) {
    throw new DecodeFault("malformed", path, "a positive integer is missing");
  }
  return value;
};

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** A time as RFC 3339 writes it; kept as text. */
export const instant: Decoder<string> = (value, path) => {
  if (typeof value !== "string" || !INSTANT.test(value) || Number.isNaN(Date.parse(value))) {
    throw new DecodeFault("malformed", path, "a time is missing");
  }
  return value;
};

export function oneOf<const T extends string>(allowed: readonly T[]): Decoder<T> {
  return (value, path) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) throw new DecodeFault("malformed", path, `must be one of ${allowed.join(", ")}`);
    return found;
  };
}

export function nullable<T>(decoder: Decoder<T>): Decoder<T | null> {
  return (value, path) => (value === null ? null : decoder(value, path));
}

export function list<T>(decoder: Decoder<T>): Decoder<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new DecodeFault("malformed", path, "a list is missing");
    return value.map((item: unknown, index) => decoder(item, `${path}[${index}]`));
  };
}
