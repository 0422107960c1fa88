import { describe, expect, test } from "vitest";
import {
  appSecretPlaceholder,
  environments,
  type FunctionName,
  readEnvironment,
  wholeNumber,
} from "../../contract/environment.ts";

const functionNames: readonly FunctionName[] = Object.values({
  login: "login",
  "full-login": "full-login",
  session: "session",
  authorizer: "authorizer",
  verifier: "verifier",
  admin: "admin",
  hello: "hello",
} as const satisfies { [F in FunctionName]: F });

const whole = (functionName: FunctionName): Record<string, string> =>
  Object.fromEntries(environments[functionName].map((name) => [name, `the ${name}`]));

describe.each(functionNames)("the environment of %s", (functionName) => {
  test("is read whole, and holds nothing else of what is set", () => {
    const source = { ...whole(functionName), AWS_SECRET_ACCESS_KEY: "canary", PATH: "/bin" };
    expect(readEnvironment(functionName, source)).toStrictEqual(whole(functionName));
  });
});

test.each(functionNames.flatMap((of) => environments[of].map((name): [FunctionName, string] => [of, name])))(
  "%s is not started where %s is missing or empty, and is told so",
  (functionName, name) => {
    for (const value of [undefined, ""]) {
      expect(() => readEnvironment(functionName, { ...whole(functionName), [name]: value })).toThrow(
        `The ${functionName} function needs the environment variable ${name}.`,
      );
    }
  },
);

test("the first variable that is missing is the one that is named, and no value is", () => {
  expect(() => readEnvironment("login", {})).toThrow(environments.login[0]);
  const { WECHAT_BASE_URL: _, ...rest } = whole("login");
  expect(() => readEnvironment("login", { ...rest, APP_SECRETS: "canary" })).toThrow(
    /^The login function needs the environment variable WECHAT_BASE_URL\.$/,
  );
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
