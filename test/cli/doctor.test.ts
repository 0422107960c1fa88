import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, onTestFinished, test, vi } from "vitest";
import type { DeploymentView } from "../../contract/operator-actions.ts";
import { type ApiAnswers, fakeApi } from "../support/fake-api.ts";
import { Crash, type FakeAwsOptions, fakeAws, operatorKey } from "../support/fake-aws.ts";
import {
  backedUp,
  behindApi,
  expiring,
  type FunctionState,
  healthy,
  type Table,
} from "../support/healthy-deployment.ts";
import { runHere, type Typing } from "../support/operator.ts";
import { ofType, resourcesOf, tableName } from "../support/template.ts";

interface Check {
  readonly check: string;
  readonly state: "ok" | "problem" | "skipped";
  readonly found: string;
  readonly todo?: string;
}

const appId = "wx0123456789abcdef";
const noon = Date.UTC(2026, 2, 1, 12);
const outputs = {
  AdminFunctionName: "WeappLogin-LoginAdmin",
  AuthorizerFunctionArn: "arn:of-the-authorizer",
  AppSecretName: "WeappLogin-AppSecret",
};
const weChatConsole = "https://mp.weixin.qq.com (开发管理 > 开发设置)";

/** Somebody with a deployment in AWS, of which the admin function says this. */
async function inAws(
  view: unknown = healthy(),
  { api: answers = {}, ...options }: FakeAwsOptions & { api?: ApiAnswers } = {},
  environment: object = {},
) {
  const api = await fakeApi(answers);
  const all = { ApiUrl: api.url, ...(options.outputs ?? outputs) };
  const aws = await fakeAws({ admin: () => view, ...options, outputs: all });
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await aws.close();
  });
  const known = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: operatorKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operatorKey.secretAccessKey,
    AWS_REGION: "eu-west-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PROFILE: "",
    ...environment,
  };
  for (const [name, value] of Object.entries(known)) vi.stubEnv(name, value || undefined);
  const run = (args: readonly string[], typing: Typing = {}) =>
    runHere(["doctor", ...args], { now: () => noon, ...typing });
  return {
    requests: aws.requests,
    api,
    text: (...args: string[]) => run(["--stack", "WeappLogin", ...args]),
    async checks(typing: Typing = {}, ...args: string[]) {
      const { exit, stdout, stderr } = await run(["--stack", "WeappLogin", "--json", ...args], typing);
      expect(stderr).toBe("");
      const document: { checks: Check[] } = JSON.parse(stdout);
      expect(Object.keys(document)).toEqual(["checks"]);
      return { exit, checks: document.checks };
    },
  };
}

const states = (checks: readonly Check[]) => checks.map(({ state }) => state);

test("says what was checked and what was found, one line each, with exit code 0 where all is well", async () => {
  const { text, requests, api } = await inAws();
  expect(await text()).toEqual({
    exit: 0,
    stderr: "",
    stdout: [
      "✓ credentials and Region           access key of the environment (AWS_ACCESS_KEY_ID), Region eu-west-1 (AWS_REGION)",
      `✓ stack outputs                    WeappLogin is CREATE_COMPLETE, its API at ${api.url}`,
      "✓ admin function                   WeappLogin-LoginAdmin answers",
      `✓ AppSecret of ${appId}  accepted by WeChat`,
      "✓ WeChat                           https://api.weixin.qq.com answers the functions in 43 ms",
      "✓ tables                           Bindings, Accounts, Sessions, Attempts are there",
      "✓ time to live                     time to live is on for Sessions, Attempts",
      "✓ backups                          point-in-time recovery is on for Bindings, Accounts, deletion protection too",
      "✓ functions                        login, session, authorizer are there, and the API may invoke them",
      "✓ passwords                        the account verifier refuses a made-up one in 61 ms",
      "✓ login                            the API refuses a made-up code, as it must",
      "✓ sessions                         the 6 routes ask for a session, and the authorizer refuses a made-up one",
      "✓ clocks                           this machine, the functions and WeChat agree to 0 s",
      "",
      "All is well.",
      "",
    ].join("\n"),
  });
  expect(requests).toEqual([{ action: "doctor.check" }]);
});

test("says what to do, and counts, with exit code 1 where something was found", async () => {
  const { text } = await inAws(
    healthy({
      secrets: [{ appId, state: "placeholder" }],
      tables: [backedUp("Bindings"), expiring("Sessions", { timeToLive: "off" })],
    }),
  );
  const { exit, stdout } = await text("--region", "eu-west-1");
  expect(exit).toBe(1);
  expect(stdout).toContain(
    `✗ AppSecret of ${appId}  still the placeholder: login answers not_configured. What to do: reset it at ` +
      `${weChatConsole}, which shows it once, and run \`npx --no weapp-login secret rotate --stack WeappLogin ` +
      "--region eu-west-1`.\n",
  );
  expect(stdout).toContain(
    "✗ time to live                     time to live of Sessions (WeappLogin-Sessions) is off. What to do: run `aws " +
      "dynamodb update-time-to-live --table-name WeappLogin-Sessions --time-to-live-specification " +
      "Enabled=true,AttributeName=expiresAt --region eu-west-1`.\n",
  );
  expect(stdout).toMatch(/\n\n2 problems\.\n$/);
});

describe("what the admin function found", () => {
  const rotate = "`npx --no weapp-login secret rotate --stack WeappLogin`";
  const doctor = "`npx --no weapp-login doctor --stack WeappLogin`";
  const secret = `AppSecret of ${appId}`;
  const askAgain =
    `run ${doctor} again; if that does not help, \`npx cdk drift WeappLogin\` shows whether the admin function's role ` +
    "was changed";
  const failed = { weChat: { failed: "ETIMEDOUT" } };

  test.each<[string, Partial<DeploymentView>, check: string, found: string, todo: string]>([
    [
      "a wrong AppSecret",
      { secrets: [{ appId, state: "refused", errcode: 40125 }] },
      secret,
      "WeChat refuses it (errcode 40125): it was reset there, or is another mini-program's",
      `take the one that was reset last, or reset it at ${weChatConsole}, and run ${rotate}`,
    ],
    [
      "no AppSecret",
      { secrets: [{ appId, state: "missing" }] },
      secret,
      "not set: login answers not_configured",
      `reset it at ${weChatConsole}, which shows it once, and run ${rotate}`,
    ],
    [
      "an AppId that WeChat does not know",
      { secrets: [{ appId, state: "unknown_app", errcode: 40013 }] },
      secret,
      "WeChat knows no such AppId (errcode 40013)",
      "put the mini-program's AppId into cdk.json (context.appId) and run `npx cdk deploy`",
    ],
    [
      "a frozen AppSecret",
      { secrets: [{ appId, state: "frozen", errcode: 40243 }] },
      secret,
      "WeChat has frozen it (errcode 40243)",
      `unfreeze it at ${weChatConsole}, and run ${doctor} again`,
    ],
    [
      "an AppSecret that the functions may not read",
      { secrets: [{ appId, state: "unreadable", why: "AccessDeniedException" }] },
      secret,
      "Secrets Manager does not give it to the functions (AccessDeniedException)",
      askAgain,
    ],
    [
      "a WeChat that does not decide",
      { secrets: [{ appId, state: "unknown", errcode: 45011 }] },
      secret,
      "WeChat says neither yes nor no (errcode 45011)",
      `wait a minute, and run ${doctor} again`,
    ],
    [
      "functions that call from an address which is not on the list",
      { secrets: [{ appId, state: "unknown", errcode: 40164 }] },
      secret,
      "WeChat refuses the address that the functions call from: it is not on the mini-program's list (errcode 40164)",
      `remove the list (IP 白名单) at ${weChatConsole}, or put the functions behind a NAT gateway and its address on ` +
        `the list: Lambda has no fixed one, and run ${doctor} again`,
    ],
    ...[40230, 40240].map((errcode): [string, Partial<DeploymentView>, string, string, string] => [
      `API encryption (${errcode})`,
      { secrets: [{ appId, state: "unknown", errcode }] },
      secret,
      `WeChat takes encrypted calls only: API encryption is switched on for the mini-program (errcode ${errcode})`,
      `switch it off at https://mp.weixin.qq.com (开发管理 > 安全中心), for this call at least, and run ${doctor} again`,
    ]),
    [
      "the day's quota",
      { secrets: [{ appId, state: "unknown", errcode: 45009 }] },
      secret,
      "the mini-program's calls of the day are used up (errcode 45009)",
      "wait until midnight in China (UTC+8), or raise the limit at https://mp.weixin.qq.com (开发管理 > 接口设置), " +
        `and run ${doctor} again`,
    ],
    [
      "a call that WeChat does not permit",
      { secrets: [{ appId, state: "unknown", errcode: 48001 }] },
      secret,
      "WeChat does not permit the mini-program this call (errcode 48001)",
      `see at https://mp.weixin.qq.com whether it is verified, and what its notices say, and run ${doctor} again`,
    ],
    [
      "a WeChat that is not reached",
      failed,
      "WeChat",
      "the functions do not reach https://api.weixin.qq.com (ETIMEDOUT)",
      "see whether it answers here with `curl -sS https://api.weixin.qq.com/sns/jscode2session`; if so, something is " +
        "between the functions and the internet, such as a VPC without a NAT gateway",
    ],
    [
      "a missing table with what cannot be rebuilt",
      { tables: [backedUp("Bindings", { state: "missing" }), backedUp("Accounts"), expiring("Sessions")] },
      "tables",
      "Bindings (WeappLogin-Bindings) is missing",
      "find the backup that DynamoDB took when WeappLogin-Bindings was deleted with `aws dynamodb list-backups " +
        "--backup-type SYSTEM`, and run `aws dynamodb restore-table-from-backup --target-table-name " +
        "WeappLogin-Bindings --backup-arn ARN`",
    ],
    [
      "a table that cannot be described",
      {
        tables: [
          expiring("Attempts", { state: "unreadable", why: "AccessDeniedException" }),
          backedUp("Bindings"),
          expiring("Sessions"),
        ],
      },
      "tables",
      "Attempts (WeappLogin-Attempts) cannot be described (AccessDeniedException)",
      askAgain,
    ],
    [
      "a setting that cannot be described",
      { tables: [expiring("Sessions", { timeToLive: "unknown" }), backedUp("Bindings")] },
      "time to live",
      "time to live of Sessions (WeappLogin-Sessions) cannot be described",
      askAgain,
    ],
    [
      "backups that are off",
      {
        tables: [
          expiring("Sessions"),
          backedUp("Bindings", { pointInTimeRecovery: "off" }),
          backedUp("Accounts"),
        ],
      },
      "backups",
      "point-in-time recovery of Bindings (WeappLogin-Bindings) is off",
      "run `aws dynamodb update-continuous-backups --table-name WeappLogin-Bindings " +
        "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`",
    ],
    [
      "functions whose clock is wrong",
      { weChat: { milliseconds: 43, aheadSeconds: -61 } },
      "clocks",
      "the functions are 61 s behind WeChat",
      `compare \`date -u\` with \`curl -sI https://api.weixin.qq.com\`, and run ${doctor} again`,
    ],
  ])("%s", async (_, changes, check, found, todo) => {
    const { checks } = await inAws(healthy(changes));
    const seen = await checks();
    expect(seen.exit).toBe(1);
    expect(seen.checks.filter(({ state }) => state === "problem")).toEqual([
      { check, state: "problem", found, todo },
    ]);
  });

  test("says that an AppSecret works which was stored without asking WeChat, and how to make up for that", async () => {
    const { checks } = await inAws(healthy({ secrets: [{ appId, state: "accepted" }] }));
    const { exit, checks: found } = await checks();
    expect(exit).toBe(0);
    expect(found.find(({ check }) => check === secret)?.found).toBe(
      "accepted by WeChat now, though it was stored without a check: `secret rotate` with the same value adds the check",
    );
  });

  test("names the mini-program in the command where there are several", async () => {
    const other = "wxfedcba9876543210";
    const { checks } = await inAws(
      healthy({
        secrets: [
          { appId, state: "accepted", proven: true },
          { appId: other, state: "missing" },
        ],
      }),
    );
    const seen = await checks({}, "--region", "eu-west-1");
    const [, found] = seen.checks.filter(({ check }) => check.startsWith("AppSecret"));
    expect(found?.todo).toContain(
      `\`npx --no weapp-login secret rotate --app-id ${other} --stack WeappLogin --region eu-west-1\``,
    );
  });

  test("blames no AppSecret for a WeChat that is not reached", async () => {
    const { checks } = await inAws(healthy({ ...failed, secrets: [{ appId, state: "unknown" }] }));
    const { checks: found } = await checks();
    expect(found.find(({ check }) => check === secret)).toEqual({
      check: secret,
      state: "skipped",
      found: "not checked: WeChat comes first",
    });
  });

  test("names a VPC without a NAT gateway where the functions reach neither Secrets Manager nor WeChat", async () => {
    const { checks } = await inAws(
      healthy({ ...failed, secrets: [{ appId, state: "unreadable", why: "TimeoutError" }] }),
    );
    const { checks: found } = await checks();
    const problems = found.filter(({ state }) => state === "problem");
    expect(problems.map(({ check }) => check)).toEqual([secret, "WeChat"]);
    expect(problems[1]?.todo).toMatch(/such as a VPC without a NAT gateway$/);
  });

  test("says that deletion protection is off, which is no problem: the stack may be one to throw away", async () => {
    const { checks } = await inAws(
      healthy({
        tables: [
          backedUp("Bindings", { deletionProtection: "off" }),
          backedUp("Accounts"),
          expiring("Sessions"),
        ],
      }),
    );
    const { exit, checks: found } = await checks();
    expect(exit).toBe(0);
    expect(found.find(({ check }) => check === "backups")?.found).toBe(
      "point-in-time recovery is on for Bindings, Accounts, deletion protection is off for Bindings",
    );
  });

  test("says nothing of the settings of tables that are not there", async () => {
    const gone: Table[] = [expiring("Sessions", { state: "missing", timeToLive: "unknown" })];
    const { checks } = await inAws(healthy({ tables: gone }));
    const { checks: found } = await checks();
    expect(found.filter(({ state }) => state === "skipped").map(({ check }) => check)).toEqual([
      "time to live",
      "backups",
    ]);
  });

  test.each(["Sessions", "Attempts"] as const)(
    "%s is made anew with the keys that the template gives it",
    async (table) => {
      const template: unknown = JSON.parse(
        await readFile(join(inject("assembly"), "WeappLogin.template.json"), "utf8"),
      );
      const declared = ofType(resourcesOf(template), "AWS::DynamoDB::GlobalTable").find(
        (it) => tableName(it) === table,
      );
      const { checks } = await inAws(healthy({ tables: [expiring(table, { state: "missing" })] }));
      const todo = (await checks()).checks.find(({ check }) => check === "tables")?.todo ?? "";
      const [, attributes = "", keys = ""] =
        /`aws dynamodb create-table .* --attribute-definitions (.*) --key-schema (.*?)`/.exec(todo) ?? [];
      const read = (shorthand: string) =>
        shorthand.split(" ").map((it) => Object.fromEntries(it.split(",").map((pair) => pair.split("="))));
      expect(read(attributes)).toEqual(declared?.properties.AttributeDefinitions);
      expect(read(keys)).toEqual(declared?.properties.KeySchema);
    },
  );
});

describe("functions and passwords", () => {
  const putBack =
    "run `npx cdk drift WeappLogin`, which shows what was removed or changed, and `npx cdk deploy --revert-drift " +
    "WeappLogin`, which restores it";
  const askAgain =
    /^run `npx --no weapp-login doctor --stack WeappLogin` again; .* the admin function's role was changed$/;
  const verifierLog = "see the verifier function's log in CloudWatch, as docs/runbook.md shows it";
  const ofOwn =
    "; a verifier of your own must let the admin function's role in, as it does the login function's";
  const changed = (changes: Partial<FunctionState>) => ({
    functions: [behindApi("login"), behindApi("authorizer"), behindApi("session", changes)],
  });

  test.each<[string, Partial<DeploymentView>, check: string, found: string, todo: string | RegExp]>([
    [
      "a function that is missing",
      changed({ state: "missing", invokableByApi: "no" }),
      "functions",
      "session (WeappLogin-session) is missing",
      putBack,
    ],
    [
      "a function that Lambda could not put in order",
      changed({ state: "unusable", why: "Failed, InvalidSubnet" }),
      "functions",
      "Lambda could not make session (WeappLogin-session) ready to run (Failed, InvalidSubnet)",
      putBack,
    ],
    [
      "a function that cannot be described",
      changed({ state: "unreadable", why: "AccessDeniedException", invokableByApi: "unknown" }),
      "functions",
      "session (WeappLogin-session) cannot be described (AccessDeniedException)",
      askAgain,
    ],
    [
      "a policy that cannot be read",
      changed({ invokableByApi: "unknown" }),
      "functions",
      "whether the API may invoke session (WeappLogin-session) cannot be found out",
      askAgain,
    ],
    [
      "a verifier that may not be invoked",
      { verifier: { failed: "The account verifier may not be invoked (AccessDeniedException)" } },
      "passwords",
      "The account verifier may not be invoked (AccessDeniedException)",
      `${putBack}${ofOwn}`,
    ],
    [
      "a verifier that crashes",
      { verifier: { failed: "The account verifier failed (Unhandled)" } },
      "passwords",
      "The account verifier failed (Unhandled)",
      verifierLog,
    ],
    [
      "a Node.js without argon2id",
      { hashing: { failed: "ERR_CRYPTO_ARGON2_NOT_SUPPORTED" } },
      "passwords",
      "Node.js as the functions run it cannot hash with argon2id (ERR_CRYPTO_ARGON2_NOT_SUPPORTED)",
      /^deploy with another `runtime`/,
    ],
  ])("%s", async (_, changes, check, found, todo) => {
    const { checks } = await inAws(healthy(changes));
    const seen = await checks();
    expect(seen.exit).toBe(1);
    expect(seen.checks.filter(({ state }) => state === "problem")).toEqual([
      { check, state: "problem", found, todo: typeof todo === "string" ? todo : expect.stringMatching(todo) },
    ]);
  });

  test("says so where there are no passwords", async () => {
    const { verifier: _, hashing: __, ...view } = healthy();
    const { checks } = await inAws(view);
    const { exit, checks: found } = await checks();
    expect(exit).toBe(0);
    expect(found.find(({ check }) => check === "passwords")?.found).toBe(
      "there are none: the first login of a WeChat identity makes its account",
    );
  });
});

describe("the API", () => {
  const madeUpCode = "made-up-by-doctor-to-be-refused";

  test("is asked for a login that must be refused, once, and each route of sessions without one", async () => {
    const { checks, api } = await inAws();
    expect((await checks()).exit).toBe(0);
    expect([...api.asked].sort()).toEqual([
      "DELETE /binding",
      "DELETE /session",
      "DELETE /sessions",
      "DELETE /sessions/made-up",
      "GET /session",
      expect.stringMatching(/^GET \/session Bearer [\w-]{64}$/),
      "GET /sessions",
      `POST /login ${JSON.stringify({ code: madeUpCode, appId })}`,
    ]);
  });

  test.each<[string, ApiAnswers, found: string, todo: RegExp]>([
    [
      "a login that lets a made-up code in",
      { "POST /login": [200] },
      "login: the API answers 200 to a made-up code, and not 401 invalid_code",
      /^run `npx cdk drift/,
    ],
    [
      "a gateway that cannot ask login",
      { "POST /login": [500] },
      "login: the API answers 500 to a made-up code, and not 401 invalid_code",
      /: the route `ANY \/login`, its authorizer, its function or its permission is not what was deployed$/,
    ],
    [
      "a login that fails",
      { "POST /login": [503, "store_unavailable"] },
      "login: the API answers 503 store_unavailable to a made-up code, and not 401 invalid_code",
      /^see the login function's log/,
    ],
    [
      "a login that has no AppSecret of its own",
      { "POST /login": [503, "not_configured"] },
      "login: the API answers 503 not_configured to a made-up code, and not 401 invalid_code",
      /^see the login function's log/,
    ],
    [
      "a gateway that throttles",
      { "POST /login": [429] },
      "login: the API answers 429 to a made-up code, and not 401 invalid_code",
      /loginRatePerSecond/,
    ],
    [
      "this machine's address, which was refused",
      { "POST /login": [429, "too_many_attempts"] },
      "login: too many invalid codes have come from this machine's address",
      /^wait 15 minutes/,
    ],
    [
      "a route of sessions that is open",
      { "GET /sessions": [200] },
      "sessions: GET /sessions answers 200 to no session, and not 401",
      /: the route `GET \/sessions`, its authorizer/,
    ],
    [
      "an authorizer that lets everybody in",
      { "GET /session with a session": [200] },
      "sessions: GET /session answers 200 to a made-up session, and not 403",
      /: the route `GET \/session`, its authorizer/,
    ],
    [
      "an authorizer that fails",
      { "GET /session with a session": [500] },
      "sessions: GET /session answers 500 to a made-up session, and not 403",
      /: the route `GET \/session`, its authorizer/,
    ],
  ])("finds %s", async (_, answers, found, todo) => {
    const { checks } = await inAws(healthy(), { api: answers });
    const { exit, checks: seen } = await checks();
    expect(exit).toBe(1);
    const problems = seen.filter(({ state }) => state === "problem");
    expect(problems.map((it) => `${it.check}: ${it.found}`)).toEqual([found]);
    expect(problems[0]?.todo).toMatch(todo);
  });

  test("is not asked for a login that is known to fail: it would set off alarms", async () => {
    const { checks, api } = await inAws(healthy({ secrets: [{ appId, state: "placeholder" }] }));
    const { checks: found } = await checks();
    expect(found.find(({ check }) => check === "login")).toMatchObject({
      state: "skipped",
      found: `not checked: AppSecret of ${appId} comes first`,
    });
    expect(api.asked.filter((it) => it.startsWith("POST"))).toEqual([]);
  });

  test("that cannot be reached is told with what is in the way", async () => {
    const { checks } = await inAws(healthy(), { outputs: { ...outputs, ApiUrl: "http://127.0.0.1:9" } });
    const { exit, checks: found } = await checks();
    expect(exit).toBe(1);
    for (const name of ["login", "sessions"]) {
      expect(found.find(({ check }) => check === name)).toEqual({
        check: name,
        state: "problem",
        found: "the API cannot be reached from here (ECONNREFUSED)",
        todo: expect.stringMatching(/^check the network and HTTPS_PROXY; .* DomainTarget says$/),
      });
    }
  });
});

describe("this machine's clock", () => {
  /** The request takes two seconds. */
  const typing = (aheadSeconds: number) => {
    const times = [noon + aheadSeconds * 1000, noon + aheadSeconds * 1000 + 2000];
    return { now: () => times.shift() ?? 0 };
  };

  test.each([
    ["the request was under way then", -1, "agree to 0 s"],
    ["a minute ahead", 60, "agree to 60 s"],
    ["a minute behind", -62, "agree to 60 s"],
  ])("may differ from the functions': %s", async (_, ahead, found) => {
    const { checks } = await inAws();
    const seen = await checks(typing(ahead));
    expect(seen.exit).toBe(0);
    expect(seen.checks.at(-1)?.found).toContain(found);
  });

  test.each([
    [61, "this machine is 61 s ahead of the functions"],
    [-63, "this machine is 61 s behind the functions"],
  ])("%i s ahead is a problem", async (ahead, found) => {
    const { checks } = await inAws();
    const seen = await checks(typing(ahead));
    expect(seen.exit).toBe(1);
    expect(seen.checks.at(-1)).toEqual({
      check: "clocks",
      state: "problem",
      found,
      todo: "set its clock, for instance with `sudo timedatectl set-ntp true` or `sudo sntp -sS time.apple.com`",
    });
  });

  test("is compared with the functions' only where WeChat says no time", async () => {
    const { checks } = await inAws(healthy({ weChat: { milliseconds: 43 } }));
    expect((await checks()).checks.at(-1)?.found).toBe(
      "this machine and the functions agree to 0 s; WeChat did not say its time",
    );
  });
});

describe("what stops the examination leaves the rest unchecked", () => {
  const rest = (count: number) => Array(count).fill("skipped");

  test("no credentials", async () => {
    const { checks } = await inAws(healthy(), {}, { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
    const { exit, checks: found } = await checks();
    expect(exit).toBe(3);
    expect(states(found)).toEqual(["problem", ...rest(12)]);
    expect(found[0]).toEqual({
      check: "credentials and Region",
      state: "problem",
      found: "AWS does not know you (CredentialsProviderError)",
      todo: expect.stringMatching(/^log in \(`aws sso login`, .* and run this again$/),
    });
    expect(found[1]).toEqual({
      check: "stack outputs",
      state: "skipped",
      found: "not checked: credentials and Region comes first",
    });
  });

  test.each([
    ["no Region", { AWS_REGION: "" }, "No AWS Region is set", "name one with --region or AWS_REGION"],
    [
      "no network",
      { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
      "AWS cannot be reached (ECONNREFUSED)",
      "check the network and the Region, and run this again",
    ],
  ])("%s", async (_, environment, found, todo) => {
    const { checks } = await inAws(healthy(), {}, environment);
    const seen = await checks();
    expect(seen.exit).toBe(3);
    expect(seen.checks[0]).toMatchObject({ state: "problem", found, todo });
  });

  test("no such stack", async () => {
    const { checks } = await inAws(healthy(), { stackName: "Other" });
    const { exit, checks: found } = await checks();
    expect(exit).toBe(3);
    expect(states(found)).toEqual(["ok", "problem", ...rest(11)]);
    expect(found[1]).toMatchObject({
      found: "There is no stack WeappLogin in eu-west-1",
      todo: "check the name, and --region and AWS_PROFILE; `npx cdk deploy` deploys it",
    });
  });

  test.each([
    [
      "a name that no stack can have",
      "1 validation error detected: Value 'WeappLogin' at 'stackName' failed to satisfy constraint",
      ["ok", "problem", ...rest(11)],
      "WeappLogin is not a stack name: letters, digits and hyphens, beginning with a letter",
      "check --stack",
    ],
    [
      "an error that nobody foresaw",
      "s3cret",
      ["problem", ...rest(12)],
      "AWS answered ValidationError",
      "run it again; if that does not help, AWS's documentation of CloudFormation and of Lambda's Invoke explains the error",
    ],
  ])("%s", async (_, message, expected, found, todo) => {
    const { checks } = await inAws(healthy(), {
      intercept: () => ({ kind: "error", type: "ValidationException", message, status: 400 }),
    });
    const seen = await checks();
    expect(seen.exit).toBe(3);
    expect(states(seen.checks)).toEqual(expected);
    expect(seen.checks.find(({ state }) => state === "problem")).toMatchObject({ found, todo });
  });

  test("an admin function that refuses without a word of advice: there is always something to do", async () => {
    const { checks } = await inAws({ refused: "store_unavailable", detail: "DynamoDB did not answer." });
    const { checks: found } = await checks();
    expect(found[2]).toMatchObject({
      found: "DynamoDB did not answer",
      todo: "run `npx --no weapp-login doctor --stack WeappLogin` again",
    });
  });

  test("an admin function that hangs is asked once: it would hang a minute again", async () => {
    const { checks, requests } = await inAws(
      new Crash({ errorMessage: "2026 x Task timed out after 60.00 seconds" }),
    );
    const { exit, checks: found } = await checks();
    expect(exit).toBe(3);
    expect(found[2]).toMatchObject({
      found: "The admin function did not end in time",
      todo: "its log group in CloudWatch says why",
    });
    expect(requests).toHaveLength(1);
  });

  test("a stack without the function's name", async () => {
    const { checks, requests } = await inAws(healthy(), { outputs: {} });
    const { exit, checks: found } = await checks();
    expect(exit).toBe(3);
    expect(states(found)).toEqual(["ok", "problem", ...rest(11)]);
    expect(found[1]).toMatchObject({
      found:
        "WeappLogin is CREATE_COMPLETE and has no AdminFunctionName and no AuthorizerFunctionArn and no AppSecretName",
      todo: "run `npx cdk deploy`: it may come from an older version, or its deployment did not end",
    });
    expect(requests).toEqual([]);
  });

  test("but a stack without another output does not", async () => {
    const { AppSecretName: _, ...others } = outputs;
    const { checks } = await inAws(healthy(), { outputs: others });
    const { exit, checks: found } = await checks();
    expect(exit).toBe(1);
    expect(states(found)).toEqual(["ok", "problem", ...Array(11).fill("ok")]);
  });

  test.each([
    [
      "an admin function that breaks",
      new Crash({ errorMessage: "s3cret" }),
      3,
      "The admin function failed",
      "its log group in CloudWatch says why",
    ],
    [
      "an admin function of an older version",
      { refused: "invalid_request", detail: "action must be one of secret.set." },
      1,
      "The admin function does not know `doctor.check`: it is of an older version",
      "run `npx cdk deploy`",
    ],
    [
      "an admin function of a newer version",
      healthy({ tables: [{ ...backedUp("Bindings"), state: "frozen" as "there" }] }),
      3,
      "The admin function answered something that this command line does not understand",
      "deploy the stack and run the command line from the same version",
    ],
  ])("%s", async (_, answer, exit, found, todo) => {
    const { checks } = await inAws(answer);
    const seen = await checks();
    expect(seen.exit).toBe(exit);
    expect(states(seen.checks)).toEqual(["ok", "ok", "problem", ...rest(10)]);
    expect(seen.checks[2]).toEqual({ check: "admin function", state: "problem", found, todo });
  });

  test("somebody who may not invoke the function", async () => {
    const { checks } = await inAws(healthy(), {
      policy: [{ Effect: "Allow", Action: "cloudformation:*", Resource: "*" }],
    });
    const { exit, checks: found } = await checks();
    expect(exit).toBe(3);
    expect(found[2]).toMatchObject({
      state: "problem",
      found: expect.stringContaining("lambda:InvokeFunction on resource"),
      todo: expect.stringContaining("whoever runs this needs cloudformation:DescribeStacks"),
    });
  });

  test("Ctrl-C, without a verdict", async () => {
    const aws = await inAws();
    const { exit, stdout } = await runHere(["doctor", "--stack", "WeappLogin"], {
      signal: AbortSignal.abort(),
    });
    expect({ exit, stdout }).toEqual({ exit: 130, stdout: "" });
    expect(aws.requests).toEqual([]);
  });
});
