import { identityKey } from "../../functions/core/identity.ts";
import { type StackOnLaptop, scan } from "./stack-on-laptop.ts";

/** Whom somebody is bound to, as their identity says it and as the accounts do: a whole binding is in both. */
export async function boundTo({ laptop, simulator }: StackOnLaptop, person: string) {
  const [{ appId = "", openid = "" } = {}] = simulator.user(person).identities;
  const identity = Buffer.from(identityKey({ appId, openid })).toString("base64");
  const bindings = await scan(laptop, "Bindings");
  return {
    byIdentity: bindings
      .filter(({ key, userId }) => key?.B === identity && userId !== undefined)
      .map(({ userId }) => userId?.S),
    byAccounts: bindings
      .filter((item) => item[`identities:${appId}`]?.BS?.includes(identity))
      .map(({ userId }) => userId?.S),
  };
}
