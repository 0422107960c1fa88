import { describe, expect, test } from "vitest";
import type { AdminAction, AdminAnswers, AdminRequest } from "../../contract/operator-actions.ts";
import type { AccountView, BindingView, SessionView } from "../../contract/operator-shapes.ts";
import { apiUrl } from "../support/fake-aws.ts";
import { healthy } from "../support/healthy-deployment.ts";
import { operator } from "../support/operator.ts";

const binding: BindingView = {
  appId: "wx0123456789abcdef",
  openid: "oAlice",
  userId: "u_zhangsan",
  boundAt: "2026-03-01T12:00:00.000Z",
  disabled: false,
};
const account: AccountView = {
  username: "zhangsan",
  userId: "u_zhangsan",
  disabled: false,
  bindings: [binding],
};
const session: SessionView = {
  id: "h1Qx",
  appId: "wx0123456789abcdef",
  openid: "oAlice",
  createdAt: "2026-03-01T12:00:00.000Z",
  expiresAt: "2026-03-02T12:00:00.000Z",
  device: "微信 8.0",
};
const answers: { readonly [A in AdminAction]: AdminAnswers[A] } = {
  "accounts.add": { account: { ...account, bindings: [] } },
  "accounts.import": { results: [] },
  "accounts.passwd": { account: { ...account, bindings: [] }, unbound: 1 },
  "accounts.phone": { account: { ...account, phoneNumber: "+8613800138000" } },
  "accounts.removePhone": { userId: "u_zhangsan" },
  "accounts.disable": { account: { ...account, disabled: true } },
  "accounts.enable": { account },
  "accounts.show": { account },
  "accounts.remove": { unbound: 1 },
  "bindings.find": { bindings: [binding] },
  "bindings.remove": { unbound: 1 },
  "bindings.enable": { identity: { appId: "wx0123456789abcdef", openid: "oAlice" } },
  "bindings.allow": { userId: "u_zhangsan", appId: "wx0123456789abcdef", until: "2026-03-02T12:00:00.000Z" },
  "sessions.list": { sessions: [session, { ...session, id: "h2", device: "iPhone" }] },
  "sessions.revoke": { revoked: 2 },
  "sessionKey.check": { identity: { appId: "wx0123456789abcdef", openid: "oAlice" }, state: "valid" },
  "sessionKey.reset": { identity: { appId: "wx0123456789abcdef", openid: "oAlice" } },
  "secret.set": { appId: "wx0123456789abcdef" },
  "secret.rotate": { appId: "wx0123456789abcdef" },
  "token.refresh": { appId: "wx0123456789abcdef", expiresAt: "2026-03-01T14:00:00.000Z" },
  "doctor.check": healthy(),
};

const password = "kept s3cret!";
const appSecret = "0123456789ABCDEF0123456789abcdef";
const user = { userId: "u_zhangsan" };

/** What is typed on the command line, what is piped in, what the admin function is asked, what is said. */
const commands: [line: string, piped: string, request: AdminRequest, text: string][] = [
  [
    "accounts add zhangsan",
    `${password}\n`,
    { action: "accounts.add", username: "zhangsan", password },
    "Added zhangsan (userId u_zhangsan).\n",
  ],
  [
    "accounts add zhangsan --user-id u_zhangsan",
    password,
    { action: "accounts.add", username: "zhangsan", userId: "u_zhangsan", password },
    "Added zhangsan (userId u_zhangsan).\n",
  ],
  [
    "accounts add zhangsan --phone +8613800138000",
    password,
    { action: "accounts.add", username: "zhangsan", password, phoneNumber: "+8613800138000" },
    "Added zhangsan (userId u_zhangsan).\n",
  ],
  [
    "accounts phone zhangsan +8613800138000",
    "",
    { action: "accounts.phone", account: "zhangsan", phoneNumber: "+8613800138000" },
    "zhangsan (userId u_zhangsan) has the phone number +8613800138000 now. Whoever was bound stays bound.\n",
  ],
  [
    "accounts phone zhangsan --remove",
    "",
    { action: "accounts.removePhone", account: "zhangsan" },
    "zhangsan has no phone number any more: nobody is bound by it, and it is free for another account.\n",
  ],
  [
    "bindings find --phone +8613800138000",
    "",
    { action: "bindings.find", of: { phoneNumber: "+8613800138000" } },
    [
      "appId               openid  userId      bound at                  state",
      "wx0123456789abcdef  oAlice  u_zhangsan  2026-03-01T12:00:00.000Z  enabled",
      "",
    ].join("\n"),
  ],
  [
    "bindings allow --phone +8613800138000",
    "",
    { action: "bindings.allow", of: { phoneNumber: "+8613800138000" } },
    "Until 2026-03-02T12:00:00.000Z, one more WeChat identity may bind to the userId u_zhangsan by its phone number: make " +
      "sure that the number is still the same person's. One that the account has already must be unbound first.\n",
  ],
  [
    "bindings allow --user u_zhangsan --app-id wx0123456789abcdef",
    "",
    { action: "bindings.allow", of: { userId: "u_zhangsan", appId: "wx0123456789abcdef" } },
    "Until 2026-03-02T12:00:00.000Z, one more WeChat identity may bind to the userId u_zhangsan by its phone number: make " +
      "sure that the number is still the same person's. One that the account has already must be unbound first.\n",
  ],
  [
    "accounts passwd zhangsan --yes",
    `${password}\r\n`,
    { action: "accounts.passwd", account: "zhangsan", password },
    "Changed the password of zhangsan (userId u_zhangsan). 1 binding ended, with every session: the next login needs " +
      "the new password.\n",
  ],
  [
    "accounts disable zhangsan",
    "",
    { action: "accounts.disable", account: "zhangsan" },
    "Disabled zhangsan (userId u_zhangsan). Every session has ended and nobody gets in; its 1 binding will do again " +
      "after `accounts enable`.\n",
  ],
  [
    "accounts enable zhangsan",
    "",
    { action: "accounts.enable", account: "zhangsan" },
    "Enabled zhangsan (userId u_zhangsan). The next login, silent or not, gets in.\n",
  ],
  [
    "accounts show zhangsan",
    "",
    { action: "accounts.show", account: "zhangsan" },
    [
      "username  zhangsan",
      "userId    u_zhangsan",
      "state     enabled",
      "bindings  1",
      "",
      "appId               openid  userId      bound at                  state",
      "wx0123456789abcdef  oAlice  u_zhangsan  2026-03-01T12:00:00.000Z  enabled",
      "",
    ].join("\n"),
  ],
  [
    "accounts remove zhangsan --yes",
    "",
    { action: "accounts.remove", account: "zhangsan" },
    "Removed zhangsan. 1 binding ended, with every session.\n",
  ],
  [
    "bindings find --user u_zhangsan",
    "",
    { action: "bindings.find", of: user },
    [
      "appId               openid  userId      bound at                  state",
      "wx0123456789abcdef  oAlice  u_zhangsan  2026-03-01T12:00:00.000Z  enabled",
      "",
    ].join("\n"),
  ],
  [
    "bindings remove --openid oAlice --app-id wx0123456789abcdef --yes",
    "",
    { action: "bindings.remove", of: { openid: "oAlice", appId: "wx0123456789abcdef" } },
    "Unbound the openid oAlice: 1 binding ended, with every session.\n",
  ],
  [
    "bindings enable --openid oAlice --app-id wx0123456789abcdef",
    "",
    { action: "bindings.enable", of: { openid: "oAlice", appId: "wx0123456789abcdef" } },
    "Enabled the openid oAlice. It is bound to nobody: whoever logs in with it binds anew.\n",
  ],
  [
    "session-key check --openid oAlice --app-id wx0123456789abcdef",
    "",
    { action: "sessionKey.check", of: { openid: "oAlice", appId: "wx0123456789abcdef" } },
    "A session_key of the openid oAlice is kept that WeChat takes for the present one: open data can be opened.\n",
  ],
  [
    "session-key reset --openid oAlice --yes",
    "",
    { action: "sessionKey.reset", of: { openid: "oAlice" } },
    "The openid oAlice has another session_key, and only that one is kept.\n",
  ],
  [
    "sessions list --user u_zhangsan",
    "",
    { action: "sessions.list", of: user },
    [
      "id    created                   expires                   device    appId               openid",
      "h1Qx  2026-03-01T12:00:00.000Z  2026-03-02T12:00:00.000Z  微信 8.0  wx0123456789abcdef  oAlice",
      "h2    2026-03-01T12:00:00.000Z  2026-03-02T12:00:00.000Z  iPhone    wx0123456789abcdef  oAlice",
      "",
    ].join("\n"),
  ],
  [
    "sessions revoke --user u_zhangsan --yes",
    "",
    { action: "sessions.revoke", of: user },
    "Ended every session of the userId u_zhangsan (2 identities).\n",
  ],
  [
    "sessions revoke --openid oAlice --id -h1Qx",
    "",
    { action: "sessions.revoke", of: { openid: "oAlice" }, id: "-h1Qx" },
    "Ended the session -h1Qx of the openid oAlice.\n",
  ],
  [
    "secret set",
    `${appSecret}\n`,
    { action: "secret.set", appSecret },
    `Stored the AppSecret of wx0123456789abcdef. The next login at ${apiUrl} uses it.\n`,
  ],
  [
    "secret set --app-id wx0123456789abcdef",
    `  ${appSecret} `,
    { action: "secret.set", appId: "wx0123456789abcdef", appSecret },
    `Stored the AppSecret of wx0123456789abcdef. The next login at ${apiUrl} uses it.\n`,
  ],
  [
    "secret rotate",
    `${appSecret}\n`,
    { action: "secret.rotate", appSecret },
    "WeChat accepts the AppSecret of wx0123456789abcdef. Stored: warm instances take it up at their next login, " +
      "without a redeploy.\n",
  ],
  [
    "secret rotate --app-id wx0123456789abcdef",
    appSecret,
    { action: "secret.rotate", appId: "wx0123456789abcdef", appSecret },
    "WeChat accepts the AppSecret of wx0123456789abcdef. Stored: warm instances take it up at their next login, " +
      "without a redeploy.\n",
  ],
  [
    "token refresh --yes",
    "",
    { action: "token.refresh" },
    "WeChat has ended the access token of wx0123456789abcdef and issued another, good until 2026-03-01T14:00:00.000Z. " +
      "The functions, and whoever calls `accessToken()`, take it up at their next call.\n",
  ],
  [
    "token refresh --app-id wx0123456789abcdef --yes",
    "",
    { action: "token.refresh", appId: "wx0123456789abcdef" },
    "WeChat has ended the access token of wx0123456789abcdef and issued another, good until 2026-03-01T14:00:00.000Z. " +
      "The functions, and whoever calls `accessToken()`, take it up at their next call.\n",
  ],
];

const admin = ({ action }: { action: AdminAction }) => answers[action];

describe.each(commands)("%s", (line, piped, request, text) => {
  test("asks for exactly that, and says what was done", async () => {
    const { run, requests } = await operator({ admin });
    expect(await run(line.split(" "), { piped })).toEqual({ exit: 0, stdout: text, stderr: "" });
    expect(requests).toEqual([request]);
  });

  test("prints the answer as JSON, and nothing else", async () => {
    const { run, requests } = await operator({ admin });
    const { exit, stdout, stderr } = await run([...line.split(" "), "--json"], { piped });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual(answers[request.action]);
    expect(requests).toEqual([request]);
  });

  test.each(["set", "rotate"])("names the option where secret %s needs it", async (command) => {
    const refused = { refused: "invalid_request", detail: "appId must be one of wx1, wx2." };
    const { run } = await operator({ admin: () => refused });
    expect(await run(["secret", command], { piped: "0123456789abcdef0123456789abcdef" })).toEqual({
      exit: 1,
      stdout: "",
      stderr: "--app-id must be one of wx1, wx2.\n",
    });
  });

  test("says why it was refused, with exit code 1, and nothing secret", async () => {
    const refused = { refused: "store_unavailable", detail: "DynamoDB did not answer. Run it again." };
    const { run } = await operator({ admin: () => refused });
    const ran = await run(line.split(" "), { piped });
    expect(ran).toEqual({ exit: 1, stdout: "", stderr: `${refused.detail}\n` });
    const { exit, stdout, stderr } = await run(["--json", ...line.split(" ")], { piped });
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({ error: { code: "store_unavailable", detail: refused.detail } });
  });

  test("fails without a word of what was sent or of what the function said", async () => {
    const { run } = await operator({ admin: () => ({ account: password, refused: appSecret }) });
    for (const more of [[], ["--json"]]) {
      const ran = await run([...line.split(" "), ...more], { piped });
      expect(ran.exit).toBe(3);
      expect(JSON.stringify(ran)).not.toContain(password);
      expect(JSON.stringify(ran)).not.toContain(appSecret);
    }
  });
});

describe("what is shown", () => {
  test("of an account without bindings, or without a username, is what there is", async () => {
    const { run } = await operator({
      admin: () => ({ account: { userId: "u_1", disabled: true, bindings: [] } }),
    });
    expect((await run(["accounts", "show", "u_1"])).stdout).toBe(
      "userId    u_1\nstate     disabled\nbindings  0\n",
    );
    expect((await run(["accounts", "enable", "u_1"])).stdout).toMatch("Enabled the userId u_1.");
  });

  test("of a binding has a unionid where there is one", async () => {
    const bindings = [{ ...binding, unionid: "union1" }, binding];
    const { run } = await operator({ admin: () => ({ bindings }) });
    const { stdout } = await run(["bindings", "find", "--user", "u_zhangsan"]);
    expect(stdout.split("\n").map((line) => line.trim().split(/ +/).at(-1))).toEqual([
      "unionid",
      "union1",
      "-",
      "",
    ]);
  });

  test.each([
    ["bindings find --openid oNobody", { bindings: [] }, "Nothing is bound to the openid oNobody.\n"],
    ["sessions list --user u_1", { sessions: [] }, "The userId u_1 has no open session.\n"],
  ])("by %s is a sentence where there is nothing", async (line, answer, text) => {
    const { run } = await operator({ admin: () => answer });
    expect(await run(line.split(" "))).toEqual({ exit: 0, stdout: text, stderr: "" });
  });

  test("of an identity that was unbound while it was disabled is how to lift that", async () => {
    const stillDisabled = [{ appId: "wx1", openid: "oAlice" }];
    const { run } = await operator({ admin: () => ({ unbound: 2, stillDisabled }) });
    expect((await run(["bindings", "remove", "--user", "u_1", "--yes"])).stdout).toBe(
      "Unbound the userId u_1: 2 bindings ended, with every session.\n" +
        "The openid oAlice stays disabled, until `bindings enable --openid oAlice --app-id wx1`.\n",
    );
  });

  test.each([
    [
      "stale",
      "No session_key of the openid oAlice is kept that WeChat takes for the present one: the next login",
    ],
    ["none", "No session_key of the openid oAlice is kept: it has not logged in"],
  ])("of a session_key that is %s says what comes of it", async (state, text) => {
    const { run } = await operator({
      admin: () => ({ identity: { appId: "wx1", openid: "oAlice" }, state }),
    });
    expect((await run(["session-key", "check", "--openid", "oAlice"])).stdout).toMatch(text);
  });

  test("of more sessions than are listed says so", async () => {
    const { run } = await operator({ admin: () => ({ sessions: [session], more: true }) });
    expect((await run(["sessions", "list", "--user", "u_1"])).stdout).toMatch(
      /\n\nThere are more than are listed; `sessions revoke` without an id ends them all\.\n$/,
    );
  });

  test("cannot move the cursor, whatever a device calls itself", async () => {
    const device = "\u001b[2Jphone\n\u202e";
    const { run } = await operator({ admin: () => ({ sessions: [{ ...session, device }] }) });
    const { stdout } = await run(["sessions", "list", "--user", "u_1"]);
    expect(stdout).toContain("\\u001b[2Jphone\\u000a\\u202e");
    expect(stdout).not.toContain("\u001b");
  });

  test("holds nothing that a terminal obeys or that nobody sees, in tables and in JSON, which reads as it was", async () => {
    const device = "\u009b2Jph\u200bone\u00ad\u2066\ufeff\u{e0061}\u2028";
    const answer = { sessions: [{ ...session, device }] };
    const { run } = await operator({ admin: () => answer });
    for (const json of [[], ["--json"]]) {
      const { stdout } = await run(["sessions", "list", "--user", "u_1", ...json]);
      expect(stdout).not.toMatch(/[^\P{C}\n]|\p{Zl}/u);
      expect(stdout).toContain("\\u009b2Jph\\u200bone\\u00ad\\u2066\\ufeff\\udb40\\udc61\\u2028");
      if (json.length > 0) expect(JSON.parse(stdout)).toEqual(answer);
    }
  });
});
