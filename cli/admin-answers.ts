import type {
  AccountView,
  AdminAction,
  AdminAnswers,
  BindingView,
  ImportResult,
  SessionView,
} from "../contract/operator-actions.ts";
import { deploymentView } from "./deployment-answer.ts";
import { listOf, member, number, type Read, text } from "./read-json.ts";

/** Reads the answer to a request that was carried out; undefined where it has another shape. */
export const answerReaders: { readonly [A in AdminAction]: Read<AdminAnswers[A]> } = {
  "accounts.add": withAccount,
  "accounts.import": (value) => {
    const results = listOf(member(value, "results"), importResult);
    return results && { results };
  },
  "accounts.passwd": (value) => {
    const account = accountView(member(value, "account"));
    const unbound = number(member(value, "unbound"));
    return account && unbound !== undefined ? { account, unbound } : undefined;
  },
  "accounts.disable": withAccount,
  "accounts.enable": withAccount,
  "accounts.show": withAccount,
  "accounts.remove": withUnbound,
  "bindings.find": (value) => {
    const bindings = listOf(member(value, "bindings"), bindingView);
    return bindings && { bindings };
  },
  "bindings.remove": withUnbound,
  "sessions.list": (value) => {
    const sessions = listOf(member(value, "sessions"), sessionView);
    return sessions && { sessions };
  },
  "sessions.revoke": (value) => {
    const revoked = number(member(value, "revoked"));
    return revoked === undefined ? undefined : { revoked };
  },
  "secret.set": withAppId,
  "secret.rotate": withAppId,
  "doctor.check": deploymentView,
};

function withAppId(value: unknown): { appId: string } | undefined {
  const appId = text(member(value, "appId"));
  return appId === undefined ? undefined : { appId };
}

function withAccount(value: unknown): { account: AccountView } | undefined {
  const account = accountView(member(value, "account"));
  return account && { account };
}

function withUnbound(value: unknown): { unbound: number } | undefined {
  const unbound = number(member(value, "unbound"));
  return unbound === undefined ? undefined : { unbound };
}

function accountView(value: unknown): AccountView | undefined {
  const username = text(member(value, "username"));
  const userId = text(member(value, "userId"));
  const disabled = member(value, "disabled");
  const bindings = listOf(member(value, "bindings"), bindingView);
  if (userId === undefined || typeof disabled !== "boolean" || !bindings) return undefined;
  return { ...(username !== undefined && { username }), userId, disabled, bindings };
}

function bindingView(value: unknown): BindingView | undefined {
  const [appId, openid, userId, boundAt] = ["appId", "openid", "userId", "boundAt"].map((name) =>
    text(member(value, name)),
  );
  const unionid = text(member(value, "unionid"));
  const disabled = member(value, "disabled");
  if (!appId || !openid || !userId || !boundAt || typeof disabled !== "boolean") return undefined;
  return { appId, openid, ...(unionid !== undefined && { unionid }), userId, boundAt, disabled };
}

function sessionView(value: unknown): SessionView | undefined {
  const [id, appId, openid, createdAt, expiresAt] = ["id", "appId", "openid", "createdAt", "expiresAt"].map(
    (name) => text(member(value, name)),
  );
  const device = text(member(value, "device"));
  if (!id || !appId || !openid || !createdAt || !expiresAt) return undefined;
  return { id, appId, openid, createdAt, expiresAt, ...(device !== undefined && { device }) };
}

function importResult(value: unknown): ImportResult | undefined {
  const result = member(value, "result");
  const detail = text(member(value, "detail"));
  if (result === "added" || result === "unchanged") return { result };
  if ((result === "conflict" || result === "invalid") && detail !== undefined) return { result, detail };
  return undefined;
}
