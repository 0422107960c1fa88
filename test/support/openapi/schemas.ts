import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { openApi, type Place } from "./document.ts";

const validators = new Map<string, ValidateFunction>();
let compiler: Ajv2020 | undefined;

/** The document is added whole, so that references work; only the schemas that are asked for are compiled. */
function ajv(): Ajv2020 {
  if (compiler) return compiler;
  compiler = new Ajv2020({
    strict: true,
    // `required` stands beside the `oneOf` whose branches describe the member.
    strictRequired: false,
    discriminator: true,
    allErrors: true,
    // Every worker compiles what it meets; whether the schemas are schemas is asked once, in document.test.ts.
    meta: false,
    validateSchema: false,
    formats: {
      "date-time": (text: string) => !Number.isNaN(Date.parse(text)),
      uri: (text: string) => URL.canParse(text),
      password: true,
    },
  });
  // The document is no schema itself, but ajv looks at it as one on the way to those inside.
  compiler.addVocabulary(Object.keys(openApi()));
  return compiler.addSchema(openApi(), "openapi.yaml");
}

/** What is wrong with a value, one line each with its JSON pointer; empty when the schema allows it. */
export function violations(schema: Place, value: unknown): string[] {
  let validate = validators.get(schema.pointer);
  if (!validate) {
    validate = ajv().compile({ $ref: `openapi.yaml${encodeURI(schema.pointer)}` });
    validators.set(schema.pointer, validate);
  }
  return validate(value) ? [] : (validate.errors ?? []).map(told);
}

function told({ instancePath, message = "is not allowed", params }: ErrorObject): string {
  const facts = Object.values(params)
    .filter((fact) => fact !== undefined && !message.includes(String(fact)))
    .map((fact) => JSON.stringify(fact));
  return `${instancePath || "/"} ${message}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`;
}
