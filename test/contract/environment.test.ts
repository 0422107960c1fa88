import { describe, expect, test } from "vitest";
import {
  appSecretPlaceholder,
  type FunctionName,
  optionalVariable,
  readEnvironment,
  wholeNumber,
} from "../../contract/environment.ts";
import { environments } from "../../contract/environments.ts";

const functionNames: readonly FunctionName[] = Object.values({
  login: "login",
  "full-login": "full-login",
  "access-token": "access-token",
  session: "session",
  "open-data": "open-data",
  authorizer: "authorizer",
  verifier: "verifier",
  admin: "admin",
  phone: "phone",
  "phone-verifier": "phone-verifier",
  "phone-authorizer": "phone-authorizer",
  hello: "hello",
} as const satisfies { [F in FunctionName]: F });

const whole = (functionName: FunctionName): Record<string, string> =>
  Object.fromEntries(environments[functionName].map((name) => [name, `the ${name}`]));

test.each(functionNames)("the variables of %s are read by their names", (functionName) => {
  const names: readonly string[] = environments[functionName];
  const env: Record<string, string> = readEnvironment(functionName, whole(functionName));
  expect(names.map((name) => env[name])).toEqual(names.map((name) => `the ${name}`));
});

test.each(functionNames.flatMap((of) => environments[of].map((name): [FunctionName, string] => [of, name])))(
  "%s is told so where %s is missing or empty",
  (functionName, name) => {
    for (const value of [undefined, ""]) {
      const env: Record<string, string> = readEnvironment(functionName, {
        ...whole(functionName),
        [name]: value,
      });
      expect(() => env[name]).toThrow(`The ${functionName} function needs the environment variable ${name}.`);
    }
  },
);

test("a variable that is missing is named, and no value is", () => {
  const env = readEnvironment("login", { APP_SECRETS: "canary" });
  expect(() => env.WECHAT_BASE_URL).toThrow(
    /^The login function needs the environment variable WECHAT_BASE_URL\.$/,
  );
});

test.each([
  [undefined, undefined],
  ["", undefined],
  ["2", "2"],
])("a variable that only some deployments set: %j is read as %j", (value, expected) => {
  expect(optionalVariable("RISK_RANK_REFUSE_FROM", { RISK_RANK_REFUSE_FROM: value })).toBe(expected);
});

describe("a whole number", () => {
  test.each([
    ["0", 0],
    ["1", 1],
    ["86400", 86_400],
    ["999999999999", 999_999_999_999],
  ])("%s is one", (text, number) => {
    expect(wholeNumber("LIMIT", text)).toBe(number);
  });

  test.each([
    [""],
    [" "],
    [" 1"],
    ["1 "],
    ["1\n"],
    ["-1"],
    ["+1"],
    ["1.5"],
    ["1e3"],
    ["0x10"],
    ["1_000"],
    ["1,000"],
    ["１"],
    ["ten"],
    ["NaN"],
    ["Infinity"],
    ["1000000000000"],
  ])("%j is none, and the variable is named", (text) => {
    expect(() => wholeNumber("LIMIT", text)).toThrow(
      "The environment variable LIMIT must be a whole number.",
    );
  });
});

// The deployed template carries this text as the value of the secret. CloudFormation writes the secret again whenever
// that value changes, so a new text here would overwrite the live AppSecret of every owner at their next deploy, and
// login would be down until they set it again. If this test fails, put the old text back.
test("the placeholder of the AppSecret is what it has always been", () => {
  expect(appSecretPlaceholder).toBe("REPLACE_WITH_THE_APP_SECRET_OF_YOUR_MINI_PROGRAM");
});
