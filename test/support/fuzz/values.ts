/** Whole numbers below a bound. */
export type Below = (bound: number) => number;

const poison = ["__proto__", "constructor", "prototype", "hasOwnProperty", "toString", "length", "then", ""];

/** What inputs are made of, whole and broken; the same for the same numbers. */
export function values(below: Below) {
  const oneOf = <T>(first: T, ...others: T[]): T => [first, ...others][below(others.length + 1)] ?? first;
  const oneIn = (cases: number) => below(cases) === 0;
  const anyOf = <T>(list: readonly T[]): T | undefined => list[below(list.length)];

  const text = (): string =>
    oneOf<() => string>(
      () => "",
      () => "x".repeat(below(300)),
      () => "A".repeat(oneOf(42, 43, 64, 128)),
      () => "登录😀\u202e\u0000\ufeff'\"<>\\\n".slice(below(8)),
      () => String.fromCharCode(...Array.from({ length: below(20) }, () => below(0x10000))),
      () => oneOf("NaN", "-0", "1e999", "0x10", "null", "undefined", "../..", "%00", "' OR 1=1 --"),
    )();

  /** Anything that JSON has a word for. */
  const value = (depth = 0): unknown =>
    oneOf<() => unknown>(
      text,
      text,
      text,
      () => null,
      () => below(1_000_000) - 500_000,
      () => oneOf(0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 2),
      () => oneOf(true, false),
      () => (depth > 3 ? [] : Array.from({ length: below(4) }, () => value(depth + 1))),
      () => (depth > 3 ? {} : object([], depth + 1)),
    )();

  /** Some of these names, and names that reach for what an object has by itself. */
  const object = (names: readonly string[], depth = 0): Record<string, unknown> =>
    Object.fromEntries(
      Array.from({ length: below(5) }, () => [
        (oneIn(4) ? anyOf(poison) : anyOf(names)) ?? text(),
        value(depth),
      ]),
    );

  /** The same with something wrong somewhere in it. */
  const mutated = (of: unknown): unknown => {
    if (oneIn(8) || typeof of !== "object" || of === null) return value();
    if (Array.isArray(of)) {
      const at = below(of.length);
      const others = of.toSpliced(at, 1);
      return oneOf(others.concat([mutated(of[at])]), others, [...of, ...of], [of]);
    }
    const fields = Object.entries(of);
    const [name, member] = anyOf(fields) ?? ["", undefined];
    const others = fields.filter(([other]) => other !== name);
    return oneOf<() => unknown>(
      () => Object.fromEntries([...others, [name, mutated(member)]]),
      () => Object.fromEntries(others),
      () => Object.fromEntries([...fields, [anyOf(poison) ?? "", value()]]),
      () => Object.fromEntries([...others, [oneOf(`${name} `, name.toUpperCase(), text()), member]]),
      () => [of],
    )();
  };

  /** JSON text, some of which is none, or holds what no parser should trip over. */
  const json = (of: unknown): string => {
    const nesting = below(2_100);
    const written = JSON.stringify(of) ?? "";
    return oneOf<() => string>(
      ...([
        () => written,
        () => written,
        () => written,
        () => written,
        () => written,
        () => written,
      ] as const),
      () => `{"__proto__":${written}}`,
      () => `{"constructor":{"prototype":{"polluted":1}},${written.slice(1)}`,
      () => `{"code":"\\ud800","more":${"[".repeat(nesting)}${"]".repeat(nesting)}}`,
      () => "[".repeat(nesting),
      () => '{"a":'.repeat(below(900)),
      () => `${written}${" ".repeat(below(5_000))}`,
    )();
  };

  /** Some bytes changed, dropped or doubled. */
  const damaged = (body: string): Buffer => {
    const bytes = Buffer.from(body);
    for (let i = below(4); i > 0 && bytes.length > 0; i--) bytes[below(bytes.length)] = below(256);
    return oneOf(bytes, bytes.subarray(0, below(bytes.length + 1)), Buffer.concat([bytes, bytes]));
  };

  return { oneOf, oneIn, anyOf, text, value, object, mutated, json, damaged };
}

export type Values = ReturnType<typeof values>;
