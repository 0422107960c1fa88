import { find, members, operations, type Place } from "./document.ts";
import type { ApiRequest } from "./requests.ts";

/** What real requests are made of; asked anew for each. */
export interface Ingredients {
  /** By the name of the member: a fresh `code`, a `bindTicket` that was answered, … */
  readonly member: (name: string) => string | undefined;
  /** A session that is good now. */
  readonly session: () => string;
  /** Handles of sessions. */
  readonly handle: () => string;
}

/** Requests as the document describes them, and the same with something wrong. */
export function generator(below: (bound: number) => number, ingredients: Ingredients): () => ApiRequest {
  const oneOf = <T>(first: T, ...others: T[]): T => [first, ...others][below(others.length + 1)] ?? first;
  const oneIn = (cases: number) => below(cases) === 0;
  const anyOf = <T>(list: readonly T[]): T | undefined => list[below(list.length)];

  const characters = (count: number) =>
    Array.from({ length: count }, () =>
      oneOf("a", "Z", "7", "-", "_", "登", "😀", " ", '"', "\\", "/", "é"),
    ).join("");

  /** A string that its schema allows. */
  const text = ({ value: { minLength, maxLength, pattern } }: Place): string => {
    const length = /\{(\d+)\}\$$/.exec(typeof pattern === "string" ? pattern : "")?.[1];
    if (length !== undefined) return oneOf("A", "b", "_").repeat(Number(length));
    const shortest = Number(minLength ?? 0);
    const longest = Number(maxLength ?? 200);
    return characters(oneOf(shortest, longest, shortest + below(longest - shortest + 1)));
  };

  /** An object that its schema allows: every required member, others now and then; mostly with what really works. */
  const object = (schema: Place): Record<string, unknown> => {
    const required: unknown[] = Array.isArray(schema.value.required) ? schema.value.required : [];
    const isReal = !oneIn(4);
    return Object.fromEntries(
      members(find(`${schema.pointer}/properties`))
        .filter(([name]) => required.includes(name) || oneIn(3))
        .map(([name, property]) => [name, (isReal && ingredients.member(name)) || text(property)]),
    );
  };

  const forms = [
    "SilentLogin",
    "FirstLogin",
    "LoginWithTicket",
    "PhoneLogin",
    "PhoneLoginWithTicket",
  ].flatMap((name) => find(`/components/schemas/${name}`) ?? []);
  const form = () => {
    const schema = anyOf(forms);
    if (!schema) throw new Error("openapi.yaml has no forms of login.");
    return object(schema);
  };

  const wrongValue = (): unknown =>
    oneOf<unknown>(
      null,
      true,
      0,
      -1.5,
      1e308,
      [],
      ["a"],
      {},
      { code: "a" },
      "",
      "\0",
      "\ud800",
      "x".repeat(257),
    );

  const wrongFields = (): unknown => {
    const fields = form();
    const name = anyOf(Object.keys(fields)) ?? "code";
    return oneOf<() => unknown>(
      () => ({ ...fields, [name]: wrongValue() }),
      () => ({ ...fields, [name]: wrongValue() }),
      () => ({ ...fields, [name]: undefined }),
      () => ({ ...fields, [name]: undefined }),
      () => ({ ...fields, ...form() }),
      () => ({ ...fields, [oneOf("openid", "userId", "toString", "登录", "")]: wrongValue() }),
      () => Object.fromEntries([...Object.entries(fields), [oneOf("__proto__", "constructor"), {}]]),
      () => ({ ...fields, padding: "x".repeat(oneOf(3_500, 4_096, 20_000)) }),
      () => [fields],
      wrongValue,
    )();
  };

  /** Other bytes than the text's UTF-8. */
  const wrongBytes = (json: string): Buffer => {
    const bytes = Buffer.from(json);
    return oneOf<() => Buffer>(
      () => Buffer.from(json, "utf16le"),
      () => Buffer.from(json, "latin1"),
      () => Buffer.from(`\ufeff${json}`),
      () => Buffer.from(bytes.toString("base64")),
      () => bytes.subarray(0, below(bytes.length)),
      () => Buffer.concat([bytes, bytes]),
      () => Buffer.concat([bytes, Buffer.from([0xff, 0])]),
      () => Buffer.from(new URLSearchParams({ code: json }).toString()),
      () => Buffer.from("[".repeat(4_000)),
      () => Buffer.alloc(0),
    )();
  };

  const contentType = (): Record<string, string> => {
    const json = {
      "content-type": oneOf("application/json", "application/json;charset=UTF-8", "Application/JSON"),
    };
    if (!oneIn(10)) return json;
    const other = oneOf(
      "text/plain",
      "application/xml",
      "application/octet-stream",
      "application/json, text/html",
      "/",
    );
    return oneIn(3) ? {} : { "content-type": other };
  };

  const login = (): ApiRequest => {
    const json = JSON.stringify(oneIn(2) ? form() : wrongFields()) ?? "";
    return {
      method: "POST",
      path: oneOf("/login", "/login", "/login?code=a&openid=b", "/login?%ff"),
      headers: { ...contentType(), ...(oneIn(8) && authorization()) },
      body: oneIn(6) ? wrongBytes(json) : Buffer.from(json),
    };
  };

  const authorization = (): Record<string, string> => {
    const session = ingredients.session();
    if (!oneIn(3)) return { authorization: `Bearer ${session}` };
    if (oneIn(4)) return {};
    const dead = "A".repeat(64);
    const wrong = [
      `Bearer ${dead}`,
      session,
      `Basic ${session}`,
      `Bearer  ${session}`,
      `Bearer ${session}A`,
      "Bearer",
    ];
    return {
      authorization:
        anyOf([...wrong, `bearer ${session}`, `Bearer ${session}, Bearer ${session}`, "\u00ff"]) ?? "",
    };
  };

  const protectedOnes = operations().filter(({ path }) => path !== "/login");
  const others = [...operations(), ...protectedOnes, ...protectedOnes];
  const other = (): ApiRequest => {
    const { method, path } = anyOf(others) ?? { method: "GET", path: "/" };
    // Without malformed escapes like %ff: API Gateway itself refuses those, and the laptop does not do it its way.
    const id = oneOf<() => string>(
      ingredients.handle,
      () => "A".repeat(43),
      () => encodeURIComponent(characters(1 + below(60))),
      () => oneOf("..", "%00", "%2F", "%E7%99%BB", "", "x".repeat(2_000)),
    );
    return {
      method: oneIn(10) ? oneOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") : method,
      path: `${oneIn(15) ? `${path}/${id()}` : path.replace("{id}", id)}${oneIn(6) ? "?id=1&id=2" : ""}`,
      headers: { ...authorization(), ...(oneIn(4) && contentType()) },
      body: oneIn(5) ? wrongBytes(JSON.stringify(form())) : Buffer.alloc(0),
    };
  };

  return () => (oneIn(2) ? login() : other());
}
