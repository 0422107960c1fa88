import { describe, expect, test } from "vitest";
import type { PasswordQuestion, Verification } from "../../../contract/account-verifier.ts";
import type { WeChatContact } from "../../../contract/diagnosis.ts";
import type { AccountVerifier } from "../../../functions/core/account-verifier.ts";
import type { SecretTrial, StoredSecret } from "../../../functions/core/app-secret.ts";
import { diagnose } from "../../../functions/core/diagnosis.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { fakeHasher } from "../../support/fakes.ts";

const contact = { milliseconds: 40, aheadSeconds: 0 };
const accepted: SecretTrial = { verdict: "accepted", errcode: 40029, contact };
const set: StoredSecret = { state: "set", value: "s3cret", proven: false };

/** One mini-program per stored secret, `wx0`, `wx1`, …, with what WeChat says to it. */
function deployment(stored: readonly (StoredSecret | Error)[], trials: readonly SecretTrial[] = []) {
  const shown: string[] = [];
  const writes: string[] = [];
  const numberOf = (appId: string) => Number(appId.slice(2));
  const needs = {
    appIds: stored.map((_, index) => `wx${index}`),
    appSecrets: {
      async read(appId: string) {
        const found = stored[numberOf(appId)];
        if (found === undefined || found instanceof Error) throw found;
        return found;
      },
      set: async (appId: string, value: string) => void writes.push(`set ${appId} ${value}`),
      setProven: async (appId: string, value: string) => void writes.push(`setProven ${appId} ${value}`),
    },
    trials: {
      async ask(appId: string, appSecret: string) {
        shown.push(`${appId} ${appSecret}`);
        return trials[numberOf(appId)] ?? accepted;
      },
    },
    tables: { inspect: async () => [] },
    functions: { inspect: async () => [] },
    stableToken: { ask: async () => ({ secret: "accepted" as const, token: "t", expiresInSeconds: 7_200 }) },
    accessTokens: false,
    verifier: undefined,
    accounts: undefined,
    hashes: fakeHasher(),
    random: (size: number) => new Uint8Array(size),
    clock: () => 0,
  };
  return { needs, shown, writes };
}

const trial = (verdict: SecretTrial["verdict"], errcode?: number): SecretTrial => ({
  verdict,
  ...(errcode !== undefined && { errcode }),
  contact,
});

describe("the AppSecret of a mini-program is", () => {
  test.each<[string, StoredSecret, SecretTrial, object]>([
    ["accepted", set, accepted, { state: "accepted", proven: false }],
    ["accepted, and known to be", { ...set, proven: true }, accepted, { state: "accepted", proven: true }],
    ["refused", set, trial("refused", 40125), { state: "refused", errcode: 40125 }],
    [
      "of an AppId unknown to WeChat",
      set,
      trial("unknown_app", 40013),
      { state: "unknown_app", errcode: 40013 },
    ],
    ["frozen", set, trial("frozen", 40243), { state: "frozen", errcode: 40243 }],
    ["neither accepted nor refused", set, trial("unknown", 45011), { state: "unknown", errcode: 45011 }],
    ["not known to be either", set, trial("unknown"), { state: "unknown" }],
    ["the placeholder", { state: "placeholder" }, trial("unknown", 41004), { state: "placeholder" }],
    ["missing", { state: "missing" }, trial("unknown", 41004), { state: "missing" }],
  ])("%s", async (_, stored, said, expected) => {
    const { needs, shown, writes } = deployment([stored], [said]);
    const { secrets, weChat } = await diagnose(needs);
    expect(secrets).toStrictEqual([{ appId: "wx0", ...expected }]);
    expect(weChat).toEqual(contact);
    // What is no AppSecret is not shown to WeChat, which is asked all the same whether it is there.
    expect(shown).toEqual([stored.state === "set" ? "wx0 s3cret" : "wx0 "]);
    expect(writes).toEqual([]);
  });

  test("unreadable where Secrets Manager does not give it, whose error is named and not quoted", async () => {
    const cause = Object.assign(new Error("s3cret"), { name: "AccessDeniedException" });
    const { needs, shown } = deployment([new StoreUnavailable("Secrets Manager", cause)]);
    const { secrets } = await diagnose(needs);
    expect(secrets).toEqual([{ appId: "wx0", state: "unreadable", why: "AccessDeniedException" }]);
    expect(shown).toEqual(["wx0 "]);
  });

  test("not guessed at after a bug", async () => {
    const { needs } = deployment([new TypeError("a bug")]);
    await expect(diagnose(needs)).rejects.toThrow("a bug");
  });
});

test.each<[string, WeChatContact[], WeChatContact]>([
  [
    "the fastest contact, as the others paid for connections",
    [{ milliseconds: 90 }, { milliseconds: 40 }],
    { milliseconds: 40 },
  ],
  ["one that reached it", [{ failed: "ECONNRESET" }, { milliseconds: 90 }], { milliseconds: 90 }],
  [
    "one that failed, where all did",
    [{ failed: "ECONNRESET" }, { failed: "HTTP 502" }],
    { failed: "ECONNRESET" },
  ],
])("of several mini-programs' contacts with WeChat %s counts", async (_, contacts, expected) => {
  const { needs } = deployment(
    contacts.map(() => set),
    contacts.map((it) => ({ ...accepted, contact: it })),
  );
  expect((await diagnose(needs)).weChat).toEqual(expected);
});

test("without a mini-program WeChat is not asked, and a verifier is asked for none", async () => {
  const { needs, shown } = deployment([]);
  const asked: string[] = [];
  const verify = async ({ appId }: PasswordQuestion): Promise<Verification> => {
    asked.push(appId);
    return { refused: "invalid_credentials" };
  };
  expect(await diagnose({ ...needs, verifier: { verify } })).toMatchObject({
    secrets: [],
    weChat: { failed: "there is no AppId" },
  });
  expect([shown, asked]).toEqual([[], [""]]);
});

test("access tokens are asked for where there is a use for them, of each mini-program", async () => {
  const { needs } = deployment([set, { state: "missing" }]);
  expect((await diagnose({ ...needs, accessTokens: true })).accessTokens).toEqual([
    { appId: "wx0", state: "given" },
    { appId: "wx1", state: "no secret" },
  ]);
});

describe("passwords", () => {
  const clock = () => {
    let now = 0;
    return () => (now += 20);
  };

  test("are not tried where there are none", async () => {
    const { needs } = deployment([set]);
    expect(Object.keys(await diagnose(needs))).toEqual(["secrets", "weChat", "tables", "functions"]);
  });

  test("are tried with a name that nobody has, another each time, which the verifier must refuse", async () => {
    const { needs } = deployment([set]);
    const asked: PasswordQuestion[] = [];
    const verifier: AccountVerifier = {
      async verify(question) {
        asked.push(question);
        return { refused: "invalid_credentials" };
      },
    };
    let byte = 0;
    const random = (size: number) => new Uint8Array(size).fill(byte++);
    expect(await diagnose({ ...needs, verifier, random, clock: clock() })).toMatchObject({
      verifier: { milliseconds: 20 },
    });
    await diagnose({ ...needs, verifier, random });
    expect(asked.map(({ appId }) => appId)).toEqual(["wx0", "wx0"]);
    expect(new Set(asked.flatMap(({ username, password }) => [username, password])).size).toBe(4);
    for (const { username } of asked) expect(username).toMatch(/^made-up-[\w-]{22}$/);
  });

  test.each<[string, Verification]>([
    ["lets a stranger in", { userId: "u_1" }],
    ["knows a name that nobody has", { refused: "account_disabled" }],
  ])("have a verifier that %s", async (_, answer) => {
    const { needs } = deployment([set]);
    const verifier = { verify: async () => answer };
    expect(await diagnose({ ...needs, verifier })).toMatchObject({
      verifier: { failed: "It does not refuse a made-up name and password" },
    });
  });

  const s3cret = (members: object) => Object.assign(new Error("s3cret"), members);
  test.each<[string, unknown, string]>([
    ["its name", s3cret({ name: "ResourceNotFoundException" }), "ResourceNotFoundException"],
    ["its code", s3cret({ name: "Error", code: "ECONNRESET" }), "ECONNRESET"],
    ["its name, where the code is a number", s3cret({ name: "AbortError", code: 20 }), "AbortError"],
    ["what it is, where it is no error", "UnprocessedKeys", "UnprocessedKeys"],
  ])("have a verifier that is out, which is told with what is behind it: %s", async (_, cause, kind) => {
    const { needs } = deployment([set]);
    const out = new StoreUnavailable("The account verifier", cause, { what: "is missing" });
    const verifier = { verify: () => Promise.reject(out) };
    expect((await diagnose({ ...needs, verifier })).verifier).toEqual({
      failed: `The account verifier is missing (${kind})`,
    });
  });

  test("are hashed once where the product keeps accounts", async () => {
    const { needs } = deployment([set]);
    expect((await diagnose({ ...needs, accounts: {}, clock: clock() })).hashing).toEqual({
      milliseconds: 20,
    });
  });

  test("cannot be hashed by a Node.js without argon2id, which is told by the error's code", async () => {
    const { needs } = deployment([set]);
    const unsupported = Object.assign(new Error("s3cret"), { code: "ERR_CRYPTO_ARGON2_NOT_SUPPORTED" });
    const hashes = { hash: () => Promise.reject(unsupported) };
    expect((await diagnose({ ...needs, accounts: {}, hashes })).hashing).toEqual({
      failed: "ERR_CRYPTO_ARGON2_NOT_SUPPORTED",
    });
  });
});
