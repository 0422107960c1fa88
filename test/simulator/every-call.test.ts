import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Trouble } from "../../simulator/trouble.ts";
import {
  accessToken,
  call,
  errcodeOf,
  exchange,
  exchangePath,
  field,
  shop,
  signedPath,
  simulate,
  wire,
} from "../support/simulator.ts";

/** Every errcode of the calls' documentation, and what else is known of them. */
const errcodes = [
  -1, 40001, 40002, 40003, 40013, 40014, 40029, 40037, 40125, 40129, 40163, 40164, 40226, 40230, 40231, 40232,
  40233, 40234, 40235, 40236, 40237, 40238, 40239, 40240, 40243, 41001, 41002, 41004, 41008, 41009, 42001,
  43002, 43101, 43104, 44002, 45009, 45011, 47001, 47003, 48001, 50002, 61010, 61080, 61081, 87008, 87009,
  9410009,
];

/** A simulator in which alice is logged in, and a request of every call that succeeds, once. */
async function everything() {
  const { simulator } = await simulate();
  const login = await exchange(simulator, simulator.login("alice"));
  const [openid, sessionKey] = [field(login, "openid"), field(login, "session_key")];
  const code = simulator.login("bob");
  const { code: phoneCode } = simulator.phone("alice");
  const access_token = await accessToken(simulator);
  const signature = createHmac("sha256", sessionKey).update("").digest("hex");
  const signed = { access_token, openid, signature };
  const grant = { grant_type: "client_credential", ...wire(shop) };
  const requests = new Map<string, () => ReturnType<typeof call>>();
  const add = (method: string, path: string, target: string, body?: unknown) =>
    requests.set(path, () => call(simulator, method, target, body));
  add("GET", "/sns/jscode2session", exchangePath(code));
  add("POST", "/cgi-bin/stable_token", "/cgi-bin/stable_token", grant);
  add("GET", "/wxa/checksession", signedPath("/wxa/checksession", signed));
  add("GET", "/wxa/resetusersessionkey", signedPath("/wxa/resetusersessionkey", signed));
  const phone = "/wxa/business/getuserphonenumber";
  add("POST", phone, `${phone}?access_token=${access_token}`, { code: phoneCode });
  const risk = "/wxa/getuserriskrank";
  const about = { appid: shop.appId, openid, scene: 0, client_ip: "203.0.113.7" };
  add("POST", risk, `${risk}?access_token=${access_token}`, about);
  const message = "/cgi-bin/message/subscribe/send";
  const content = { touser: openid, template_id: "made-up", data: {} };
  add("POST", message, `${message}?access_token=${access_token}`, content);
  const send = (path: string) => {
    const request = requests.get(path);
    if (request === undefined) throw new Error(`No request of ${path}.`);
    return request();
  };
  return {
    simulator,
    send,
    paths: [...requests.keys()],
    secrets: [sessionKey, code, phoneCode, access_token],
  };
}

const paths = [
  "/sns/jscode2session",
  "/cgi-bin/stable_token",
  "/wxa/checksession",
  "/wxa/resetusersessionkey",
  "/wxa/business/getuserphonenumber",
  "/wxa/getuserriskrank",
  "/cgi-bin/message/subscribe/send",
];

test("these are all calls there are", async () => {
  const { simulator } = await simulate();
  expect(simulator.calls.map((each) => each.split(" ")[1])).toEqual(paths);
});

describe.each(paths)("%s", (path) => {
  test("gives every errcode on demand, as a number and as a string, and then works", async () => {
    const { simulator, send } = await everything();
    for (const errcode of errcodes.flatMap((each) => [each, String(each)])) {
      simulator.trouble({ path, errcode, times: 1 });
      const errmsg = expect.stringMatching(/^(?!unknown).+,? rid: [0-9a-f-]{26}$/);
      expect((await send(path)).json).toEqual({ errcode, errmsg });
    }
    expect([0, undefined]).toContain(errcodeOf(await send(path)));
  });

  test.each([0, "0"])("says %j with its success", async (errcode) => {
    const { simulator, send } = await everything();
    simulator.trouble({ path, errcode });
    expect((await send(path)).json).toMatchObject({
      errcode,
      errmsg: expect.stringMatching(/^(ok|getuserriskrank succ)$/),
    });
  });

  const troubles: [trouble: Trouble, seen: unknown][] = [
    [{ status: 502 }, { status: 502, type: "text/html" }],
    [{ body: "html" }, { status: 200, type: "text/html" }],
    [{ body: "truncated" }, { status: 200, json: undefined }],
    [{ contentType: "application/json" }, { type: "application/json", status: 200 }],
    [{ latencyMs: 1 }, { status: 200, type: "text/plain" }],
    [{ drip: { bytes: 400, everyMs: 1 } }, { status: 200, type: "text/plain" }],
  ];
  test.each(troubles)("can have the trouble %j", async (trouble, seen) => {
    const { simulator, send } = await everything();
    simulator.trouble({ path, ...trouble });
    expect(await send(path)).toMatchObject(Object(seen));
    expect(simulator.requests.at(-1)).toMatchObject({ path, trouble });
  });

  test.each(["before", "after"] as const)("can be dropped %s", async (drop) => {
    const { simulator, send } = await everything();
    simulator.trouble({ path, drop });
    await expect(send(path)).rejects.toThrow();
  });

  test("is left alone by the trouble of another path", async () => {
    const { simulator, send } = await everything();
    for (const other of paths) if (other !== path) simulator.trouble({ path: other, errcode: -1 });
    expect([0, undefined]).toContain(errcodeOf(await send(path)));
  });

  test("is in the log with its app, and without anything secret", async () => {
    const { simulator, send, secrets } = await everything();
    const { json } = await send(path);
    expect(simulator.requests.at(-1)).toMatchObject({ path, appId: shop.appId, errcode: 0 });
    const { session_key, access_token } = Object(json);
    const log = (await call(simulator, "GET", "/_sim/requests")).text;
    for (const secret of [...secrets, shop.secret, session_key, access_token]) {
      if (secret !== undefined) expect(log).not.toContain(secret);
    }
  });
});

test("a secret in the place of an AppId, a token or a code stays out of the log", async () => {
  const { simulator } = await simulate();
  const body = { appid: shop.secret, code: shop.secret, secret: shop.secret };
  for (const path of paths) {
    await call(simulator, "POST", `${path}?access_token=${shop.secret}&openid=${shop.secret}`, body);
    await call(simulator, "GET", `${path}?access_token=${shop.secret}&openid=${shop.secret}`);
  }
  expect(simulator.requests).toHaveLength(2 * paths.length);
  expect(JSON.stringify(simulator.requests)).not.toContain(shop.secret);
});

test("a reset whose answer is lost has been made all the same; one that WeChat refused has not", async () => {
  const { simulator, send } = await everything();
  const path = "/wxa/resetusersessionkey";
  const before = simulator.sessionKey("alice");
  simulator.trouble({ path, errcode: -1, times: 1 });
  await send(path);
  expect(simulator.sessionKey("alice")).toBe(before);
  simulator.trouble({ path, drop: "after", times: 1 });
  await send(path).catch(() => undefined);
  expect(simulator.sessionKey("alice")).not.toBe(before);
});
