import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { loginErrorCodes as codes, type ErrorCode, errors } from "../../contract/errors.ts";
import { problem } from "../../functions/runtime/problem.ts";
import { readAssembly } from "../../local/assembly.ts";
import { isRecord } from "../../local/aws/json.ts";
import { assemblyWith } from "../support/assembly-with.ts";
import {
  find,
  member,
  members,
  type Operation,
  openApi,
  operations,
  type Place,
} from "../support/openapi/document.ts";
import { violations } from "../support/openapi/schemas.ts";

/** Every mapping and list of the document as it is written: its pointer, and what stands there. */
function* everything(value: unknown, pointer = "#"): Generator<{ pointer: string; value: object }> {
  if (typeof value !== "object" || value === null) return;
  yield { pointer, value };
  for (const [name, inner] of Object.entries(value)) {
    yield* everything(inner, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}

const places: Place[] = [...everything(openApi())].flatMap(({ pointer, value }) =>
  isRecord(value) ? [{ pointer, value }] : [],
);
const references = places.flatMap(({ pointer, value: { $ref } }) =>
  typeof $ref === "string" ? [{ pointer, $ref }] : [],
);

/** Every example beside the schema that it illustrates. */
const examples = places.flatMap((place) => {
  const schema = member(place, "schema");
  const { example, examples } = place.value;
  if (Array.isArray(examples))
    return examples.map((value) => ({ where: place.pointer, schema: place, value }));
  if (!schema) return [];
  const named = isRecord(examples) ? Object.entries(examples) : [];
  return [
    ...(example === undefined ? [] : [{ where: place.pointer, schema, value: example }]),
    ...named.map(([name, it]) => ({
      where: `${place.pointer} ${name}`,
      schema,
      value: isRecord(it) ? it.value : undefined,
    })),
  ];
});

/** By pointer: what is referred to from many places is there once. */
const mediaTypes = new Map(
  places.flatMap((place) =>
    members(member(place, "content")).map(([, media]): [string, Place] => [media.pointer, media]),
  ),
);

describe("the document", () => {
  test("is valid OpenAPI 3.1", async () => {
    expect(openApi().openapi).toMatch(/^3\.1\./);
    expect(await new Validator().validate(structuredClone(openApi()))).toEqual({ valid: true });
  });

  test("refers to nothing that is not there, and has no component that nothing refers to", () => {
    expect(references.length).toBeGreaterThan(0);
    expect(references.filter(({ $ref }) => !find($ref))).toEqual([]);
    const components = members(find("/components"))
      .filter(([kind]) => kind !== "securitySchemes")
      .flatMap(([kind, place]) => Object.keys(place.value).map((name) => `#/components/${kind}/${name}`));
    const referred = new Set(references.map(({ $ref }) => $ref));
    expect(components.filter((pointer) => !referred.has(pointer))).toEqual([]);
  });

  test("has only schemas that are valid JSON Schema 2020-12, without a keyword that means nothing", () => {
    const metaSchema = new Ajv2020();
    const schemas = [
      ...members(find("/components/schemas")).map(([, schema]) => schema),
      ...places.flatMap((place) => member(place, "schema") ?? []),
    ];
    for (const schema of schemas) {
      expect(metaSchema.validateSchema(schema.value), schema.pointer).toBe(true);
      // Compiling is strict: it throws for an unknown keyword.
      violations(schema, null);
    }
  });

  test("names every operation once, and says who may call it", () => {
    const ids = operations().map(({ value }) => value.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { value } of operations()) expect(value).toHaveProperty("security");
  });

  test("has an example for everything that is sent, each as its schema says", () => {
    for (const { pointer, value } of mediaTypes.values()) {
      expect("example" in value || "examples" in value, `${pointer} has an example`).toBe(true);
    }
    const wrong = examples.flatMap(({ where, schema, value }) =>
      violations(schema, value).map((line) => `${where}: ${line}`),
    );
    expect(examples.length).toBeGreaterThan(mediaTypes.size);
    expect(wrong).toEqual([]);
  });

  test("promises that nothing of the product's is kept by caches", () => {
    for (const operation of operations()) {
      for (const [status, response] of members(member(operation, "responses"))) {
        const types = Object.keys(member(response, "content")?.value ?? {});
        const ofProduct = Number(status) < 300 || types.includes("application/problem+json");
        const headers = member(response, "headers");
        expect(
          "Cache-Control" in (headers?.value ?? {}),
          `${operation.method} ${operation.path} ${status}`,
        ).toBe(ofProduct);
      }
    }
  });
});

interface Row {
  readonly status: unknown;
  readonly action: unknown;
}

/** What a problem's schema allows for a member, where that is one value. */
function only(schema: Place, name: string): unknown {
  const properties = member(schema, "properties");
  const value = properties && member(properties, name)?.value;
  return Array.isArray(value?.enum) && value.enum.length === 1 ? value.enum[0] : value?.const;
}

/** The code's own action, where a spent phone code may ask for another one in its place. */
function ownAction(schema: Place): unknown {
  const properties = member(schema, "properties");
  const { enum: actions } = (properties && member(properties, "action")?.value) ?? {};
  if (!Array.isArray(actions) || actions.length !== 2) return only(schema, "action");
  expect(actions[1], schema.pointer).toBe("new_phone_code");
  return actions[0];
}

/** The schemas of an operation's problems, by the status they stand under. */
function problemSchemas(operation: Operation): [status: string, schema: Place][] {
  return members(member(operation, "responses")).flatMap(([status, response]) => {
    const content = member(response, "content");
    const media = content && member(content, "application/problem+json");
    const schema = media && member(media, "schema");
    if (!schema) return [];
    const { oneOf = [{ $ref: schema.pointer }] } = schema.value;
    const branches: unknown[] = Array.isArray(oneOf) ? oneOf : [];
    return branches.flatMap((branch): [string, Place][] => {
      const place = isRecord(branch) && typeof branch.$ref === "string" ? find(branch.$ref) : undefined;
      return place ? [[status, place]] : [];
    });
  });
}

/** The error table as the document has it. */
function table(of: readonly Operation[]): Record<string, Row> {
  const rows = of.flatMap(problemSchemas).map(([status, schema]) => {
    expect(String(only(schema, "status")), `${schema.pointer}, listed under ${status}`).toBe(status);
    expect(only(schema, "type")).toBe(`urn:weapp-login:error:${only(schema, "code")}`);
    const row: Row = { status: only(schema, "status"), action: ownAction(schema) };
    return [String(only(schema, "code")), row] as const;
  });
  return Object.fromEntries(rows);
}

describe("the errors", () => {
  const always = operations().filter(({ value }) => value["x-prop"] === undefined);
  const atLogin = always.filter(({ path }) => path === "/login");
  const elsewhere = always.filter(({ path }) => path !== "/login");
  const openData = operations().filter(({ path }) => path === "/open-data");

  const ofPhones: readonly ErrorCode[] = ["invalid_phone_code", "phone_number_taken"];
  const documented: readonly ErrorCode[] = [...codes, ...ofPhones, "session_key_stale"];

  test("of login are those of the code, with their status and action", () => {
    const expected = [...codes, ...ofPhones].map((code) => [
      code,
      { status: errors[code].status, action: errors[code].action },
    ]);
    expect(table(atLogin)).toEqual(Object.fromEntries(expected));
  });

  test("of everything else are the outages, and ask for another try", () => {
    expect(table(elsewhere)).toEqual({
      store_unavailable: { status: errors.store_unavailable.status, action: "retry" },
      internal_error: { status: errors.internal_error.status, action: "retry" },
    });
  });

  test("of open data are those of its request, the stale key, and the outages", () => {
    const row = (code: ErrorCode) => ({ status: errors[code].status, action: errors[code].elsewhere });
    expect(table(openData)).toEqual({
      invalid_request: row("invalid_request"),
      payload_too_large: row("payload_too_large"),
      unsupported_media_type: row("unsupported_media_type"),
      session_key_stale: row("session_key_stale"),
      store_unavailable: row("store_unavailable"),
      internal_error: row("internal_error"),
    });
  });

  test("of POST /phone stand under their status", () => {
    const responses = find("/paths/~1phone/post/responses");
    const codesOf = (status: string) => {
      const text = String((responses && member(responses, status))?.value.description);
      return [...text.matchAll(/`(\w+)`/g)].flatMap(([, name]) => documented.filter((code) => code === name));
    };
    const listed = ["429", "500", "503", "504"].flatMap((status) =>
      codesOf(status).map((code) => [code, Number(status)] as const),
    );
    const allowed = find("/components/schemas/PhoneProblem/properties/code")?.value.enum;
    expect(listed.map(([code]) => code).sort()).toEqual([...(Array.isArray(allowed) ? allowed : [])].sort());
    for (const [code, status] of listed) expect(errors[code].status, code).toBe(status);
  });

  test("have examples that the code would answer, word for word", () => {
    const problems = examples.filter(({ value }) => isRecord(value) && "requestId" in value);
    const shown = new Set<unknown>();
    for (const { value, where } of problems) {
      const { type, title, status, code, action, requestId, ...details } = value;
      const known = documented.find((it) => it === code);
      if (!known) expect.fail(`${where} has the unknown code ${code}`);
      const at = action === "retry" ? "elsewhere" : "login";
      expect(
        JSON.parse(problem({ headers: {}, requestContext: { requestId } }, known, details, at).body ?? ""),
        where,
      ).toEqual(value);
      shown.add(code);
    }
    expect([...shown].sort()).toEqual([...documented].sort());
  });

  test("explain every action that there is", () => {
    const { info } = openApi();
    const explained = [...String(isRecord(info) && info.description).matchAll(/^\| `(\w+)` \|/gm)];
    expect(find("/components/schemas/Action")?.value.enum).toEqual(
      expect.arrayContaining(explained.map(([, action]) => action)),
    );
    const used = [...Object.values(table(atLogin)), ...Object.values(table(elsewhere))];
    expect(explained.map(([, action]) => action).sort()).toEqual(
      [...new Set(used.map(({ action }) => action))].sort(),
    );
  });
});

const propOf = ({ value }: Operation) => value["x-prop"];
const props = [...new Set(operations().map(propOf))].filter((prop) => typeof prop === "string");

const stacks: [name: string, settings: Record<string, string>][] = [
  ["without any prop", {}],
  ...props.map((prop): [string, Record<string, string>] => [`with ${prop}`, { [prop]: "true" }]),
];

test.each(stacks)(
  "the operations are the routes of the synthesized stack %s, open and protected, and hello is the example",
  async (_, settings) => {
    const { routes, functions } = await readAssembly(await assemblyWith(settings), "WeappLogin");
    const hello = functions.find(({ label }) => label === "hello")?.arn;
    const anyMethod = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    const ofStack = routes.flatMap(({ routeKey, authorizer, functionArn }) => {
      const [method = "", path = ""] = routeKey.split(" ");
      return (method === "ANY" ? anyMethod : [method]).map((it) => ({
        route: `${it} ${path}`,
        isProtected: authorizer !== undefined,
        isExample: functionArn === hello,
      }));
    });
    const there = operations().filter((it) => propOf(it) === undefined || String(propOf(it)) in settings);
    const ofDocument = there.map(({ method, path, value: { security, tags } }) => ({
      route: `${method} ${path}`,
      isProtected: Array.isArray(security) && security.some((it) => isRecord(it) && "session" in it),
      isExample: Array.isArray(tags) && tags.includes("Example"),
    }));
    const sorted = (list: typeof ofStack) => list.sort((a, b) => a.route.localeCompare(b.route));
    expect(sorted(ofDocument)).toEqual(sorted(ofStack));
    expect(ofDocument.filter(({ isExample }) => isExample).map(({ route }) => route)).toEqual(["GET /hello"]);
  },
);
