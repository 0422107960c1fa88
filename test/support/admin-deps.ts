import type { OperatorDeps } from "../../functions/core/operator-actions/deps.ts";
import { fakeHasher, loginWorld, noon } from "./fakes.ts";

/** A deployment of these mini-programs without built-in accounts, where nobody is bound and all is well. */
export function adminDeps(appIds: readonly string[]): OperatorDeps {
  const { sessions, revocations } = loginWorld();
  return {
    appIds,
    accounts: undefined,
    directory: { identitiesOf: async () => [], describe: async () => undefined },
    numberMemory: { allowNext: async () => true },
    revocations,
    sessions,
    hashes: { ...fakeHasher(), isHash: () => false },
    appSecrets: { read: async () => ({ state: "missing" }), set: async () => {}, setProven: async () => {} },
    trials: { ask: async () => ({ verdict: "accepted", contact: { milliseconds: 40 } }) },
    stableToken: { ask: async () => ({ secret: "accepted", token: "t", expiresInSeconds: 7_200 }) },
    accessTokens: false,
    weChatUrl: "https://api.weixin.qq.com",
    tables: { inspect: async () => [] },
    functions: { inspect: async () => [] },
    verifier: undefined,
    clock: () => 0,
    now: () => noon,
    random: (size) => new Uint8Array(size),
  };
}
