/** An item as the document client has it. */
export type Item = Record<string, unknown>;

/** One that shares nothing with it. */
export function copyOf(item: Item): Item {
  const copy: Item = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) copy[name] = copyOfValue(value);
  }
  return copy;
}

function copyOfValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof Set) return new Set([...value].map(copyOfValue));
  throw new Error("Nothing that DynamoDB keeps here");
}

interface Placeholders {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Item;
}

const token = /\s*(AND|OR|NOT|attribute_exists|attribute_not_exists|<=|>=|<>|[=<>(),]|[:#]?\w+)/y;

const understood = new Map<string, readonly string[]>();

function tokensOf(expression: string): readonly string[] {
  const known = understood.get(expression);
  if (known) return known;
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < expression.trimEnd().length) {
    const found = token.exec(expression)?.[1];
    if (found === undefined) throw new Error(`Not understood: ${expression}`);
    tokens.push(found);
  }
  understood.set(expression, tokens);
  return tokens;
}

/** `a AND (b OR c)` over `attribute_exists(x)`, `attribute_not_exists(x)`, `contains(x, y)`, `NOT …` and comparisons of an attribute with a value. */
export function conditionHolds(expression: string, item: Item, { names, values }: Placeholders): boolean {
  const tokens = tokensOf(expression);
  let at = 0;
  const next = () => tokens[at++] ?? "";
  const expectNext = (wanted: string) => {
    const found = next();
    if (found !== wanted) throw new Error(`${wanted} and not ${found} in ${expression}`);
  };
  const attribute = (name: string) => item[names[name] ?? name];

  function either(): boolean {
    let holds = both();
    while (tokens[at] === "OR") {
      next();
      holds = both() || holds;
    }
    return holds;
  }
  function both(): boolean {
    let holds = one();
    while (tokens[at] === "AND") {
      next();
      holds = one() && holds;
    }
    return holds;
  }
  function one(): boolean {
    const first = next();
    if (first === "(") {
      const holds = either();
      expectNext(")");
      return holds;
    }
    if (first === "attribute_exists" || first === "attribute_not_exists") {
      expectNext("(");
      const exists = attribute(next()) !== undefined;
      expectNext(")");
      return first === "attribute_exists" ? exists : !exists;
    }
    if (first === "NOT") return !one();
    if (first === "contains") {
      expectNext("(");
      const members = attribute(next());
      expectNext(",");
      const member = values[next()];
      expectNext(")");
      return members instanceof Set && hasMember(members, member);
    }
    const operator = next();
    return compare(attribute(first), operator, values[next()]);
  }

  const holds = either();
  if (at < tokens.length) throw new Error(`Not understood: ${tokens.slice(at).join(" ")} in ${expression}`);
  return holds;
}

/** As DynamoDB does: values of different types are neither smaller nor greater, and an absent one is nothing. */
function compare(left: unknown, operator: string, right: unknown): boolean {
  if (operator === "=") return sameValue(left, right);
  if (operator === "<>") return left === undefined || !sameValue(left, right);
  if (typeof left !== "number" || typeof right !== "number") return false;
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      throw new Error(`No operator ${operator}`);
  }
}

function sameValue(left: unknown, right: unknown): boolean {
  if (left instanceof Set && right instanceof Set) {
    return left.size === right.size && [...left].every((member) => hasMember(right, member));
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right) === 0;
  return left === right;
}

function hasMember(members: ReadonlySet<unknown>, wanted: unknown): boolean {
  return [...members].some((member) => sameValue(member, wanted));
}

/** `SET a = :b, c = if_not_exists(d, :e), … REMOVE f, … ADD g :h, … DELETE i :j, …`; each sees the item as it was. */
export function update(expression: string, item: Item, { names, values }: Placeholders): Item {
  const next: Item = copyOf(item);
  const clauses = expression.split(/\b(SET|REMOVE|ADD|DELETE)\b/).map((part) => part.trim());
  for (let at = 1; at < clauses.length; at += 2) {
    // Not at the comma of if_not_exists.
    for (const part of (clauses[at + 1] ?? "").split(/,(?![^(]*\))/)) {
      const [, left = "", right = ""] = /^([#\w]+)\s*=?\s*(.*)$/.exec(part.trim()) ?? [];
      const name = names[left] ?? left;
      const [, unlessThere = "", otherwise = right] = /^if_not_exists\((\w+), (:\w+)\)$/.exec(right) ?? [];
      const value = item[unlessThere] ?? values[otherwise];
      if (clauses[at] !== "REMOVE" && value === undefined)
        throw new Error(`${right} has no value in ${expression}`);
      const changed = changes[clauses[at] ?? ""]?.(next[name], value);
      if (changed === undefined) delete next[name];
      else next[name] = copyOfValue(changed);
    }
  }
  return next;
}

const changes: Readonly<Record<string, (old: unknown, value: unknown) => unknown>> = {
  SET: (_, value) => value,
  REMOVE: () => undefined,
  ADD: (old, value) => {
    if (typeof value === "number") return (typeof old === "number" ? old : 0) + value;
    const members = [...(old instanceof Set ? old : []), ...(value instanceof Set ? value : [])];
    return new Set(members.filter((member, at) => members.findIndex((it) => sameValue(it, member)) === at));
  },
  // A set that has become empty is no attribute any more.
  DELETE: (old, value) => {
    const gone = value instanceof Set ? value : new Set();
    const left = [...(old instanceof Set ? old : [])].filter((member) => !hasMember(gone, member));
    return left.length > 0 ? new Set(left) : undefined;
  },
};
