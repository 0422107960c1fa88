import type { OperatorRefusal } from "../../../contract/operator-actions.ts";
import type { BindingView, IdentityView, Subject } from "../../../contract/operator-shapes.ts";
import { unbindUser } from "../account-administration.ts";
import type { BindingRecord } from "../binding.ts";
import { identityKey } from "../identity.ts";
import { iso } from "../iso.ts";
import { isRefusal } from "../refusal.ts";
import { unbindIdentity } from "../revocation.ts";
import { appIdOf, type OperatorActions, type OperatorDeps, userIdOfNumber } from "./deps.ts";

export const bindingActions = {
  async "bindings.find"({ of }, deps) {
    const found = await recordsOf(of, deps);
    return isRefusal(found) ? found : { bindings: found.map(view) };
  },

  async "bindings.remove"({ of }, deps) {
    // Read before: an unbound identity has no openid any more to be enabled by.
    const found = await recordsOf(of, deps);
    if (isRefusal(found)) return found;
    const stillDisabled = found.filter(({ disabled }) => disabled).map(identityView);
    return {
      unbound: "userId" in of ? await unbindUser(of.userId, deps) : await unbindEach(found, deps),
      ...(stillDisabled.length > 0 && { stillDisabled }),
    };
  },

  async "bindings.enable"({ of }, deps) {
    const appId = appIdOf(of.appId, deps);
    if (typeof appId === "object") return appId;
    const identity = { appId, openid: of.openid };
    const key = identityKey(identity);
    if (await deps.revocations.enableUnbound(key)) return { identity };
    return (await deps.directory.describe(key))
      ? { refused: "identity_bound", detail: "This identity is bound: enable or disable its account." }
      : { refused: "no_such_identity", detail: "Nothing is known of this identity: is the openid right?" };
  },

  async "bindings.allow"({ of }, deps) {
    const appId = appIdOf(of.appId, deps);
    if (typeof appId === "object") return appId;
    const userId = "userId" in of ? of.userId : await userIdOfNumber(of.phoneNumber, deps);
    if (typeof userId === "object") return userId;
    const until = Math.floor(deps.now() / 1_000) + allowedForSeconds;
    return (await deps.numberMemory.allowNext(userId, appId, until))
      ? { userId, appId, until: iso(until * 1_000) }
      : {
          refused: "no_such_account",
          detail: "Nothing is known of this userId: nobody was ever bound to it.",
        };
  },
} satisfies Partial<OperatorActions>;

const allowedForSeconds = 86_400;

async function unbindEach(records: readonly BindingRecord[], deps: OperatorDeps): Promise<number> {
  for (const record of records) await unbindIdentity(record, record.userId, deps.revocations);
  return records.length;
}

function identityView({ appId, openid }: BindingRecord): IdentityView {
  return { appId, openid };
}

/** The bindings of a user (by userId or number), or the one of an identity; refused for an identity that nobody has bound. */
export async function recordsOf(
  of: Subject | { readonly phoneNumber: string },
  deps: OperatorDeps,
): Promise<BindingRecord[] | OperatorRefusal> {
  if ("userId" in of) return recordsOfUser(of.userId, deps);
  if ("phoneNumber" in of) {
    const userId = await userIdOfNumber(of.phoneNumber, deps);
    return typeof userId === "object" ? userId : recordsOfUser(userId, deps);
  }
  const appId = appIdOf(of.appId, deps);
  if (typeof appId === "object") return appId;
  const record = await deps.directory.describe(identityKey({ appId, openid: of.openid }));
  return record ? [record] : { refused: "no_such_binding", detail: "Nobody has bound this identity." };
}

export async function bindingsOfUser(userId: string, deps: OperatorDeps): Promise<BindingView[]> {
  return (await recordsOfUser(userId, deps)).map(view);
}

async function recordsOfUser(userId: string, { directory }: OperatorDeps): Promise<BindingRecord[]> {
  const identities = await directory.identitiesOf(userId);
  const records = await Promise.all(identities.map((it) => directory.describe(it.identityKey)));
  return records.filter((record) => record !== undefined);
}

function view({
  appId,
  openid,
  unionid,
  phoneNumber,
  userId,
  boundAt,
  disabled,
}: BindingRecord): BindingView {
  return {
    appId,
    openid,
    ...(unionid !== undefined && { unionid }),
    ...(phoneNumber !== undefined && { phoneNumber }),
    userId,
    boundAt: iso(boundAt),
    disabled,
  };
}
