import type { OperatorRefusal } from "../../../contract/operator-actions.ts";
import type { BindingView, Subject } from "../../../contract/operator-shapes.ts";
import { unbindUser } from "../account-administration.ts";
import type { BindingRecord } from "../binding.ts";
import { identityKey } from "../identity.ts";
import { isRefusal } from "../refusal.ts";
import { unbindIdentity } from "../revocation.ts";
import { appIdOf, iso, type OperatorActions, type OperatorDeps } from "./deps.ts";

export const bindingActions = {
  async "bindings.find"({ of }, deps) {
    const found = await recordsOf(of, deps);
    return isRefusal(found) ? found : { bindings: found.map(view) };
  },

  async "bindings.remove"({ of }, deps) {
    if ("userId" in of) return { unbound: await unbindUser(of.userId, deps) };
    const found = await recordsOf(of, deps);
    if (isRefusal(found)) return found;
    for (const record of found) await unbindIdentity(record, record.userId, deps.revocations);
    return { unbound: found.length };
  },
} satisfies Partial<OperatorActions>;

/** The bindings of a user, or the one of an identity; refused for an identity that nobody has bound. */
export async function recordsOf(of: Subject, deps: OperatorDeps): Promise<BindingRecord[] | OperatorRefusal> {
  const { directory } = deps;
  if ("userId" in of) {
    const identities = await directory.identitiesOf(of.userId);
    const records = await Promise.all(identities.map((it) => directory.describe(it.identityKey)));
    return records.filter((record) => record !== undefined);
  }
  const appId = appIdOf(of.appId, deps);
  if (typeof appId === "object") return appId;
  const record = await directory.describe(identityKey({ appId, openid: of.openid }));
  return record ? [record] : { refused: "no_such_binding", detail: "Nobody has bound this identity." };
}

export async function bindingsOfUser(userId: string, deps: OperatorDeps): Promise<BindingView[]> {
  const records = await recordsOf({ userId }, deps);
  return isRefusal(records) ? [] : records.map(view);
}

function view({ appId, openid, unionid, userId, boundAt, disabled }: BindingRecord): BindingView {
  return {
    appId,
    openid,
    ...(unionid !== undefined && { unionid }),
    userId,
    boundAt: iso(boundAt),
    disabled,
  };
}
