import { expect, test } from "vitest";
import type { AdminRequest } from "../../../contract/operator-actions.ts";
import { adminHandler } from "../../../functions/admin/handler.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import type { OperatorDeps } from "../../../functions/core/operator-actions/deps.ts";
import type { Facts } from "../../../functions/core/refusal.ts";
import { sessionHandle } from "../../../functions/core/session.ts";
import { adminDeps } from "../../support/admin-deps.ts";
import { alice, loginWorld, noon } from "../../support/fakes.ts";
import { quietShell } from "../../support/quiet-shell.ts";

const { appId, openid } = alice;
const canary = "c0ffee00c0ffee00c0ffee00c0ffee00";

async function lineOf(request: AdminRequest, changes: Partial<OperatorDeps> = {}) {
  const lines: Facts[] = [];
  const handler = quietShell(adminHandler({ ...adminDeps([appId]), ...changes }), lines);
  await handler(request);
  expect(lines).toHaveLength(1);
  return lines[0];
}

test.each<AdminRequest>([
  { action: "secret.set", appId: canary, appSecret: canary },
  { action: "secret.rotate", appId: canary, appSecret: canary },
  { action: "bindings.find", of: { openid, appId: canary } },
  { action: "bindings.remove", of: { openid, appId: canary } },
  { action: "sessions.list", of: { openid, appId: canary } },
  { action: "sessions.revoke", of: { openid, appId: canary }, id: canary },
  { action: "sessions.revoke", of: { userId: "u_1" }, id: canary },
  { action: "accounts.add", username: "lisi", password: canary },
  { action: "accounts.passwd", account: "lisi", password: canary },
  { action: "accounts.import", rows: [{ username: "lisi", userId: "u_lisi", password: canary }] },
  { action: "accounts.import", rows: [{ username: "lisi", userId: "u_lisi", passwordHash: canary }] },
])(
  "what is secret, or typed in the place of an AppId or of a session's id, is not logged: %j",
  async (request) => {
    const line = await lineOf(request);
    expect(line).toMatchObject({ event: "admin", action: request.action });
    expect(JSON.stringify(line)).not.toContain(canary);
  },
);

test.each<[AdminRequest, object]>([
  [
    { action: "secret.set", appId, appSecret: canary },
    { action: "secret.set", appId, outcome: "done" },
  ],
  [
    { action: "accounts.add", username: "lisi", password: canary },
    { action: "accounts.add", account: "lisi", outcome: "no_built_in_accounts" },
  ],
  [
    { action: "accounts.import", rows: [{ username: "lisi", userId: "u_lisi", password: canary }] },
    { action: "accounts.import", rows: 1, outcome: "no_built_in_accounts" },
  ],
  [
    { action: "accounts.disable", account: "u_lisi" },
    { action: "accounts.disable", account: "u_lisi", outcome: "done" },
  ],
  [
    { action: "bindings.remove", of: { userId: "u_1" } },
    { action: "bindings.remove", userId: "u_1", outcome: "done", unbound: 0 },
  ],
  [
    { action: "bindings.find", of: { openid, appId } },
    { action: "bindings.find", appId, openid, outcome: "no_such_binding" },
  ],
  [
    { action: "sessions.list", of: { userId: "u_1" } },
    { action: "sessions.list", userId: "u_1", outcome: "done" },
  ],
])("whom and what it was about is logged: %j", async (request, facts) => {
  expect(await lineOf(request)).toEqual({ event: "admin", ...facts });
});

test("the id of a session that was ended is logged", async () => {
  const secretHash = new Uint8Array(32).fill(7);
  const session = {
    identityKey: identityKey(alice),
    secretHash,
    userId: "u_1",
    generation: 0,
    createdAt: noon,
    expiresAt: 1,
  };
  const id = sessionHandle(secretHash);
  const line = await lineOf(
    { action: "sessions.revoke", of: { openid }, id },
    {
      directory: {
        identitiesOf: async () => [],
        describe: async () => ({
          ...alice,
          userId: "u_1",
          boundAt: noon,
          disabled: false,
          generation: 0,
        }),
      },
      sessions: {
        list: async () => ({ sessions: [session], more: false }),
        find: async () => session,
        remove: async () => true,
      },
    },
  );
  expect(line).toMatchObject({ outcome: "done", openid, id, revoked: 1 });
});

test("how many rows of an import were added is logged", async () => {
  const rows = ["wangwu", "zhaoliu", "zhaoliu"].map((username) => ({
    username,
    userId: `u_${username}`,
    password: canary,
  }));
  const { accounts } = loginWorld();
  const line = await lineOf({ action: "accounts.import", rows }, { accounts });
  expect(line).toEqual({ event: "admin", action: "accounts.import", rows: 3, outcome: "done", added: 2 });
});

test("what cannot be read is logged with nothing of it", async () => {
  const request = JSON.parse(`{"action":"${canary}","account":"${canary}"}`);
  expect(await lineOf(request)).toEqual({ event: "admin", outcome: "invalid_request" });
});

test("what breaks is logged with whom and what it was about, and thrown", async () => {
  const lines: Facts[] = [];
  const broken = { inspect: () => Promise.reject(new TypeError(canary)) };
  const handler = quietShell(adminHandler({ ...adminDeps([appId]), tables: broken }), lines);
  await expect(handler({ action: "doctor.check" })).rejects.toThrow(TypeError);
  expect(lines).toMatchObject([
    { event: "admin", action: "doctor.check", outcome: "failed", error: "TypeError", alarm: true },
  ]);
  expect(JSON.stringify(lines)).not.toContain(canary);
});
