import { describe, expect, test } from "vitest";
import { rotateAppSecret, type SecretTrial } from "../../../functions/core/app-secret.ts";

const trial = (verdict: SecretTrial["verdict"]): SecretTrial => ({ verdict, contact: { milliseconds: 40 } });

/** A WeChat that says this to every AppSecret, what it was shown, and what was stored. */
function rotation(said: SecretTrial) {
  const shown: string[] = [];
  const writes: string[] = [];
  const needs = {
    appSecrets: {
      read: async () => ({ state: "missing" as const }),
      set: async (appId: string, value: string) => void writes.push(`set ${appId} ${value}`),
      setProven: async (appId: string, value: string) => void writes.push(`setProven ${appId} ${value}`),
    },
    trials: {
      async ask(appId: string, appSecret: string) {
        shown.push(`${appId} ${appSecret}`);
        return said;
      },
    },
  };
  return { needs, shown, writes };
}

describe("rotating", () => {
  test("stores what WeChat accepts, with the mark of it", async () => {
    const accepted = trial("accepted");
    const { needs, shown, writes } = rotation(accepted);
    expect(await rotateAppSecret("wx0", "new", needs)).toEqual(accepted);
    expect(shown).toEqual(["wx0 new"]);
    expect(writes).toEqual(["setProven wx0 new"]);
  });

  test.each(["refused", "unknown_app", "frozen", "unknown"] as const)(
    "stores nothing where the verdict is %s",
    async (verdict) => {
      const { needs, writes } = rotation(trial(verdict));
      expect((await rotateAppSecret("wx0", "new", needs)).verdict).toBe(verdict);
      expect(writes).toEqual([]);
    },
  );
});
