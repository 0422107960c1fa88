import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Fault, InterceptedCall } from "../../local/aws/endpoint.ts";
import { apiUrl, Crash, type FakeAwsOptions, fakeAws, operatorKey } from "../support/fake-aws.ts";
import { operator, runHere } from "../support/operator.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

const show = ["accounts", "show", "lisi"];
const account = { username: "lisi", userId: "u_1", disabled: false, bindings: [] };
const shown = { exit: 0, stderr: "" };

describe("a refusal of the admin function", () => {
  test.each([
    ["invalid_request", "password must have 8 to 256 characters.", ""],
    ["no_such_account", "There is no account of this name.", " Check the spelling; `accounts add` adds it."],
    [
      "account_exists",
      "There is an account of this name already",
      ". `accounts show` shows it, and `accounts passwd` changes its password.",
    ],
    [
      "no_such_binding",
      "Nobody has bound this identity.",
      " Check the openid and the AppId; it may have been unbound already.",
    ],
    ["no_such_session", "There is no session with this id.", " `sessions list` shows those that are open."],
    [
      "no_built_in_accounts",
      "This deployment keeps no accounts.",
      " Here, only `accounts disable` and `accounts enable` work, with the userId.",
    ],
    [
      "app_secret_refused",
      "WeChat refuses this AppSecret. Nothing was stored.",
      " Compare AppId and AppSecret with https://mp.weixin.qq.com: only the one that was reset last is valid.",
    ],
    [
      "wechat_unavailable",
      "WeChat could not be reached. Nothing was stored.",
      " Run it again in a moment; `secret set` stores an AppSecret without asking WeChat.",
    ],
    ["not_enabled", "This deployment keeps no session_keys.", ""],
    [
      "no_session_key",
      "None is kept.",
      " The next login brings one; `session-key check` says what is stored.",
    ],
    ["store_unavailable", "DynamoDB did not answer. Run it again.", ""],
  ])("%s says what is wrong and what to do, with exit code 1", async (refused, detail, next) => {
    const { run } = await operator({ admin: () => ({ refused, detail }) });
    expect(await run(show)).toEqual({ exit: 1, stdout: "", stderr: `${detail}${next}\n` });
    const { exit, stdout, stderr } = await run([...show, "--json"]);
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({ error: { code: refused, detail: `${detail}${next}` } });
  });

  test.each([
    ["nothing", null],
    ["a refusal of a newer version", { refused: "too_early", detail: "s3cret" }],
    ["an account without a userId", { account: { ...account, userId: 7 } }],
    ["a list of bindings that is none", { account: { ...account, bindings: {} } }],
    ["a list with one binding that is none", { account: { ...account, bindings: [null] } }],
  ])("is not what %s is: that comes from another version, exit code 3", async (_what, answer) => {
    const { run } = await operator({ admin: () => answer });
    const { exit, stderr } = await run(show);
    expect(exit).toBe(3);
    expect(stderr).toBe(
      "The admin function answered something that this command line does not understand. Deploy the stack and run " +
        "the command line from the same version.\n",
    );
  });
});

describe("trouble on the way to the admin function", () => {
  /** These faults for the first invocations, then none. */
  function faults(...faults: Fault[]): FakeAwsOptions {
    const intercept = ({ action }: InterceptedCall) =>
      action === "lambda:Invoke" ? faults.shift() : undefined;
    return { intercept, admin: () => ({ account }) };
  }
  const throttled = {
    kind: "error",
    type: "TooManyRequestsException",
    message: "s3cret",
    status: 429,
  } as const;
  const broken = { kind: "error", type: "ServiceException", message: "s3cret", status: 500 } as const;
  const lost = { kind: "lose-reply" } as const;
  const dropped = { kind: "drop" } as const;

  test.each([
    ["throttling", [throttled, throttled], 1],
    ["faults of the service", [broken, broken], 1],
    ["dropped connections", [dropped, dropped], 1],
    ["lost replies", [lost, lost], 3],
  ])("%s is waited for, twice", async (_what, trouble, requests) => {
    const aws = await operator(faults(...trouble));
    expect(await aws.run(show)).toMatchObject(shown);
    expect(aws.requests).toHaveLength(requests);
  });

  test.each([
    ["throttling", throttled, "busy", "AWS is too busy for this (TooManyRequestsException)."],
    ["faults of the service", broken, "busy", "AWS is too busy for this (ServiceException)."],
    ["dropped connections", dropped, "not_reachable", "ECONNRESET"],
  ])("%s the third time is exit code 3, without AWS's own words", async (_what, fault, code, detail) => {
    const aws = await operator(faults(fault, fault, fault));
    const { exit, stdout } = await aws.run([...show, "--json"]);
    expect(exit).toBe(3);
    expect(JSON.parse(stdout).error.code).toBe(code);
    expect(JSON.parse(stdout).error.detail).toContain(detail.replace("AWS", `The local stack at ${aws.url}`));
    expect(stdout).not.toContain("s3cret");
  });

  test("throttling is waited for by what must not be done twice, too", async () => {
    const aws = await operator(faults(throttled, throttled));
    expect((await aws.run(["accounts", "add", "lisi"], { piped: "long enough" })).exit).toBe(0);
    expect(aws.requests).toHaveLength(1);
  });

  test.each([
    ["a lost reply", lost, 1],
    ["a fault of the service", broken, 0],
  ])(
    "%s is not repeated where that would say something else, and the doubt is said",
    async (_what, fault, sent) => {
      const aws = await operator(faults(fault));
      const { exit, stderr } = await aws.run(["accounts", "add", "lisi"], { piped: "long enough" });
      expect(exit).toBe(3);
      expect(stderr).toMatch(/It is not known whether this was carried out: look before you repeat it\.\n$/);
      expect(aws.requests).toHaveLength(sent);
    },
  );

  test("a store that does not answer is waited for where repeating is harmless", async () => {
    const refused = { refused: "store_unavailable", detail: "DynamoDB did not answer. Run it again." };
    const answers = [refused, refused, { account }];
    const aws = await operator({ admin: () => answers.shift() });
    expect(await aws.run(show)).toMatchObject(shown);
    answers.push(refused, { account });
    expect((await aws.run(["accounts", "add", "lisi"], { piped: "long enough" })).exit).toBe(1);
  });

  test("a function that ran out of time is asked again; one that failed is not, and is not quoted", async () => {
    const answers: unknown[] = [
      new Crash({ errorType: "Sandbox.Timedout", errorMessage: "2026 x Task timed out after 60.00 seconds" }),
      { account },
    ];
    const aws = await operator({ admin: () => answers.shift() });
    expect(await aws.run(show)).toMatchObject(shown);
    answers.push(new Crash({ errorType: "Error", errorMessage: "s3cret", trace: ["s3cret"] }));
    const { exit, stderr } = await aws.run(show);
    expect(exit).toBe(3);
    expect(stderr).toBe("The admin function failed. Its log group in CloudWatch says why.\n");
  });
});

describe("on the way to the stack", () => {
  const outputs = { ApiUrl: apiUrl, AdminFunctionName: "WeappLogin-LoginAdmin" };

  /** CloudFormation refuses with a ValidationError that says this. */
  const describing =
    (message: string) =>
    ({ action }: InterceptedCall): Fault | undefined =>
      action === "cloudformation:DescribeStacks"
        ? { kind: "error", type: "ValidationException", message, status: 400 }
        : undefined;

  /** `--stack WeappLogin` with an environment that knows this AWS only. */
  async function inAws(options: FakeAwsOptions, environment: Record<string, string> = {}) {
    const aws = await fakeAws({ admin: () => ({ account }), ...options });
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await aws.close();
    });
    const known = {
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: operatorKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: operatorKey.secretAccessKey,
      AWS_REGION: "us-east-1",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_PROFILE: "",
      ...environment,
    };
    for (const [name, value] of Object.entries(known)) vi.stubEnv(name, value || undefined);
    return aws;
  }

  test("the environment's credentials and Region lead there", async () => {
    await inAws({});
    expect(await runHere([...show, "--stack", "WeappLogin"])).toMatchObject(shown);
    await inAws({}, { AWS_REGION: "" });
    expect(await runHere([...show, "--stack", "WeappLogin", "--region", "us-east-1"])).toMatchObject(shown);
  });

  test("a profile that is not there is said to be one, with those that are", async () => {
    const directory = await directoryForThisTest();
    const [config, credentials] = [join(directory, "config"), join(directory, "credentials")];
    await writeFile(
      config,
      '[default]\n[profile staging]\nregion = us-east-1\n[profile "my own"]\n[sso-session no]\n',
    );
    await writeFile(credentials, "[operators]\naws_access_key_id = x\n");
    const files = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
    const none = (profile: string) =>
      `There is no profile ${profile} in ${config} or ${credentials}, which have default, my own, operators, staging.`;
    // Even where other credentials would do.
    const aws = await inAws({}, files);
    const words = [...show, "--stack", "WeappLogin"];
    const misspelt = await runHere([...words, "--profile", "stagign"]);
    expect(misspelt).toEqual({ exit: 3, stdout: "", stderr: `${none("stagign")} Check --profile.\n` });
    await inAws({}, { ...files, AWS_PROFILE: "no" });
    expect((await runHere(words)).stderr).toBe(`${none("no")} Check AWS_PROFILE.\n`);
    expect(aws.requests).toEqual([]);

    await writeFile(
      credentials,
      `[operators]\naws_access_key_id = ${operatorKey.accessKeyId}\naws_secret_access_key = ${operatorKey.secretAccessKey}\n`,
    );
    await inAws({}, { ...files, AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
    expect(await runHere([...words, "--profile", "operators"])).toMatchObject(shown);
  });

  test("--endpoint-url leads to what stands in AWS's place, as the AWS CLI has it", async () => {
    const aws = await inAws({}, { AWS_ENDPOINT_URL: "http://localhost:1" });
    const words = [...show, "--stack", "WeappLogin", "--endpoint-url"];
    expect(await runHere([...words, aws.url])).toMatchObject(shown);
    expect(aws.requests).toHaveLength(1);
    const { stderr } = await runHere([...words, "http://localhost:1"]);
    expect(stderr).toBe("Nothing answers at http://localhost:1 (ECONNREFUSED). Check --endpoint-url.\n");
    expect((await runHere([...words, "localhost:1"])).stderr).toMatch("--endpoint-url takes a URL");
    expect((await runHere([...show, "--local", "--endpoint-url", aws.url])).exit).toBe(0);
  });

  test.each([
    [
      "a stack that is not there",
      { stackName: "Other" },
      {},
      "no_such_stack",
      "There is no stack WeappLogin in us-east-1. Check the name, and --region and AWS_PROFILE; `npx cdk deploy` " +
        "deploys it.",
    ],
    [
      "a stack without the function's name",
      { outputs: { ApiUrl: apiUrl } },
      {},
      "missing_output",
      "The stack WeappLogin has no output AdminFunctionName (its status is CREATE_COMPLETE). It may come from an " +
        "older version, or its deployment did not end: deploy it again with `npx cdk deploy`.",
    ],
    [
      "a stack without the API's URL",
      { outputs: { AdminFunctionName: outputs.AdminFunctionName } },
      {},
      "missing_output",
      "The stack WeappLogin has no output ApiUrl",
    ],
    [
      "a function that is gone",
      { outputs: { ...outputs, AdminFunctionName: "Gone" } },
      {},
      "missing_output",
      "The admin function that the stack WeappLogin names is not there. Deploy the stack again.",
    ],
    [
      "somebody who may not describe the stack",
      { policy: [] },
      {},
      "access_denied",
      "is not authorized to perform: cloudformation:DescribeStacks on resource: ",
    ],
    [
      "somebody who may not invoke the function",
      { policy: [{ Effect: "Allow", Action: "cloudformation:*", Resource: "*" } as const] },
      {},
      "access_denied",
      "is not authorized to perform: lambda:InvokeFunction on resource: ",
    ],
    [
      "an unknown access key",
      {},
      { AWS_ACCESS_KEY_ID: "AKIAUNKNOWN" },
      "no_credentials",
      "AWS does not know you",
    ],
    [
      "nobody",
      {},
      { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" },
      "no_credentials",
      "AWS does not know you (CredentialsProviderError). Log in (",
    ],
    [
      "no Region",
      {},
      { AWS_REGION: "" },
      "no_region",
      "No AWS Region is set. Name one with --region or AWS_REGION.",
    ],
    [
      "a name that no stack can have",
      { intercept: describing("Value 'WeappLogin' at 'stackName' failed to satisfy constraint") },
      {},
      "no_such_stack",
      "WeappLogin is not a stack name: letters, digits and hyphens, beginning with a letter. Check --stack.",
    ],
    [
      "an error that nobody foresaw, without its words",
      { intercept: describing("s3cret") },
      {},
      "unexpected",
      "AWS answered ValidationError. Run it again; if that does not help, AWS's documentation of CloudFormation and of " +
        "Lambda's Invoke explains the error.",
    ],
    [
      "no network",
      {},
      { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
      "not_reachable",
      "AWS cannot be reached (ECONNREFUSED). Check the network and the Region, and run this again.",
    ],
  ])("%s is exit code 3, with what to do next", async (_what, options, environment, code, detail) => {
    const aws = await inAws(options, environment);
    const { exit, stdout, stderr } = await runHere([...show, "--stack", "WeappLogin", "--json"]);
    expect({ exit, stderr }).toEqual({ exit: 3, stderr: "" });
    expect(JSON.parse(stdout).error.code).toBe(code);
    expect(JSON.parse(stdout).error.detail).toContain(detail);
    expect((await runHere([...show, "--stack", "WeappLogin"])).stderr).toBe(
      `${JSON.parse(stdout).error.detail}\n`,
    );
    expect(aws.requests).toEqual([]);
  });

  test("a local stack that is not there is exit code 3, and it is said how it is started", async () => {
    const { exit, stderr } = await runHere([...show, "--local", "http://127.0.0.1:9"]);
    expect(exit).toBe(3);
    expect(stderr).toBe(
      "Nothing answers at http://127.0.0.1:9 (ECONNREFUSED). Run `npm start` in another terminal, or name its URL: " +
        "--local URL.\n",
    );
  });

  test.each([
    ["has another stack", { stackName: "Other" }, "There is no stack WeappLogin at http://127.0.0.1:"],
    ["has no such output", { outputs: {} }, "start it again with `npm start`."],
  ])("a local stack that %s is exit code 3", async (_what, options, detail) => {
    const { run } = await operator(options);
    const { exit, stderr } = await run(show);
    expect(exit).toBe(3);
    expect(stderr).toContain(detail);
  });
});
