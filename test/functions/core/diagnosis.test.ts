import { describe, expect, test } from "vitest";
import type { WeChatContact } from "../../../contract/diagnosis.ts";
import type { SecretTrial, StoredSecret } from "../../../functions/core/app-secret.ts";
import { diagnose } from "../../../functions/core/diagnosis.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";

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
    expect(await diagnose(needs)).toMatchObject({
      secrets: [{ appId: "wx0", ...expected }],
      weChat: contact,
    });
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
