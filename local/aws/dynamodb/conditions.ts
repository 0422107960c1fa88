import {
  type AttributeValue,
  compare,
  type Expression,
  type Item,
  type Operand,
  type Path,
} from "./dynalite.ts";

/**
 * Whether a parsed condition or filter holds for an item (undefined: there is none). dynalite parses expressions; it is
 * not asked to evaluate them, because its own evaluation compares lists and maps by identity, reads binaries as UTF-8
 * text in `contains` and `begins_with`, orders strings by UTF-16 units and finds `toString` in every item.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export function holds({ type, name, args }: Expression, item: Item | undefined): boolean {
  if (type === "and") return args.every((arg) => isExpression(arg) && holds(arg, item));
  if (type === "or") return args.some((arg) => isExpression(arg) && holds(arg, item));
  if (type === "not") return args.every((arg) => isExpression(arg) && !holds(arg, item));
  const [left, ...others] = args.map((arg) => resolve(arg, item));
  const [right, upper] = others;
  switch (name ?? type) {
    case "attribute_exists":
      return left !== undefined;
    case "attribute_not_exists":
      return left === undefined;
    case "attribute_type":
      return left !== undefined && typeOf(left) === right?.S;
    case "begins_with":
      return beginsWith(left, right);
    case "contains":
      return contains(left, right);
    case "=":
      return equal(left, right);
    case "<>":
      return !equal(left, right);
    case "<":
      return ordered(left, right, (order) => order < 0);
    case "<=":
      return ordered(left, right, (order) => order <= 0);
    case ">":
      return ordered(left, right, (order) => order > 0);
    case ">=":
      return ordered(left, right, (order) => order >= 0);
    case "between":
      return ordered(left, right, (order) => order >= 0) && ordered(left, upper, (order) => order <= 0);
    case "in":
      return others.some((other) => equal(left, other));
    default:
      throw new Error(`No such operator or function: ${name ?? type}`);
  }
}

function resolve(operand: Operand, item: Item | undefined): AttributeValue | undefined {
  if (isPath(operand)) return follow(operand, item);
  if (!isExpression(operand)) return operand;
  const [arg] = operand.args;
  const size = arg === undefined ? undefined : sizeOf(resolve(arg, item));
  return size === undefined ? undefined : { N: String(size) };
}

function follow(path: Path, item: Item | undefined): AttributeValue | undefined {
  let value: AttributeValue | undefined = item && { M: item };
  for (const step of path) {
    if (typeof step === "number") value = value?.L?.[step];
    else value = value?.M && Object.hasOwn(value.M, step) ? value.M[step] : undefined;
  }
  return value;
}

function sizeOf(value: AttributeValue | undefined): number | undefined {
  if (value?.B !== undefined) return bytes(value.B).length;
  if (value?.M) return Object.keys(value.M).length;
  return (value?.S ?? value?.SS ?? value?.NS ?? value?.BS ?? value?.L)?.length;
}

/** Of the same type and value; sets in any order, lists in theirs. A missing attribute equals nothing. */
function equal(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (!a || !b || typeOf(a) !== typeOf(b)) return false;
  const [setA, setB] = [elements(a), elements(b)];
  if (setA && setB) return setA.length === setB.length && setA.every((element) => setB.includes(element));
  if (a.L && b.L) return a.L.length === b.L.length && a.L.every((value, index) => equal(value, b.L?.[index]));
  if (a.M && b.M) {
    const names = Object.keys(a.M);
    return names.length === Object.keys(b.M).length && names.every((name) => equal(a.M?.[name], b.M?.[name]));
  }
  return scalar(a) === scalar(b);
}

/** False unless both are numbers, both strings (by their UTF-8 bytes) or both binaries. */
function ordered(
  a: AttributeValue | undefined,
  b: AttributeValue | undefined,
  inOrder: (order: number) => boolean,
): boolean {
  if (a?.N !== undefined && b?.N !== undefined) {
    const order = compare("<", a, [b]) ? -1 : compare(">", a, [b]) ? 1 : 0;
    return inOrder(order);
  }
  const [bytesA, bytesB] = a && b && typeOf(a) === typeOf(b) ? [bytesOf(a), bytesOf(b)] : [];
  return bytesA !== undefined && bytesB !== undefined && inOrder(Buffer.compare(bytesA, bytesB));
}

function beginsWith(value: AttributeValue | undefined, prefix: AttributeValue | undefined): boolean {
  if (!value || !prefix || typeOf(value) !== typeOf(prefix)) return false;
  const [whole, start] = [bytesOf(value), bytesOf(prefix)];
  return whole !== undefined && start !== undefined && whole.subarray(0, start.length).equals(start);
}

function contains(whole: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (!whole || !part) return false;
  if (whole.L) return whole.L.some((element) => equal(element, part));
  const text = scalar(part);
  const set = elements(whole);
  if (set) return typeOf(whole) === `${typeOf(part)}S` && set.some((element) => element === text);
  const [haystack, needle] = typeOf(whole) === typeOf(part) ? [bytesOf(whole), bytesOf(part)] : [];
  return haystack !== undefined && needle !== undefined && haystack.includes(needle);
}

function typeOf(value: AttributeValue): string | undefined {
  return Object.keys(value)[0];
}

/** Numbers and binaries are compared as text: dynalite's checks leave each value only one spelling. */
function scalar({ S, N, B, BOOL, NULL }: AttributeValue): string | boolean | undefined {
  return S ?? N ?? B ?? BOOL ?? NULL;
}

function elements({ SS, NS, BS }: AttributeValue): readonly string[] | undefined {
  return SS ?? NS ?? BS;
}

function bytesOf({ S, B }: AttributeValue): Buffer | undefined {
  if (S !== undefined) return Buffer.from(S, "utf8");
  return B === undefined ? undefined : bytes(B);
}

function bytes(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}

function isPath(operand: Operand): operand is Path {
  return Array.isArray(operand);
}

function isExpression(operand: Operand): operand is Expression {
  return "args" in operand;
}
