import type { BindingView, Subject } from "../../contract/operator-actions.ts";
import { unbindUser } from "../core/account-administration.ts";
import type { BindingRecord } from "../core/binding.ts";
import { identityKey } from "../core/identity.ts";
import { unbindIdentity } from "../core/revocation.ts";
import { iso } from "../runtime/answer.ts";
import { type Actions, type AdminNeeds, appIdOf, isRefused, type Refused, refuse } from "./needs.ts";

export const bindingActions: Actions<"bindings.find" | "bindings.remove"> = {
  async "bindings.find"({ of }, needs) {
    const found = await recordsOf(of, needs);
    return isRefused(found) ? found : { bindings: found.map(view) };
  },

  async "bindings.remove"({ of }, needs) {
    if ("userId" in of) return { unbound: await unbindUser(of.userId, needs) };
    const found = await recordsOf(of, needs);
    if (isRefused(found)) return found;
    for (const record of found) await unbindIdentity(record, record.userId, needs.revocations);
    return { unbound: found.length };
  },
};

/** The bindings of a user, or the one of an identity; refused for an identity that nobody has bound. */
export async function recordsOf(of: Subject, needs: AdminNeeds): Promise<BindingRecord[] | Refused> {
  const { directory } = needs;
  if ("userId" in of) {
    const identities = await directory.identitiesOf(of.userId);
    const records = await Promise.all(identities.map((it) => directory.describe(it.identityKey)));
    return records.filter((record) => record !== undefined);
  }
  const appId = appIdOf(of.appId, needs);
  if (typeof appId === "object") return appId;
  const record = await directory.describe(identityKey({ appId, openid: of.openid }));
  return record ? [record] : refuse("no_such_binding", "Nobody has bound this identity.");
}

export async function bindingsOfUser(userId: string, needs: AdminNeeds): Promise<BindingView[]> {
  const records = await recordsOf({ userId }, needs);
  return isRefused(records) ? [] : records.map(view);
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
