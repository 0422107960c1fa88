import { describe, expect, test, vi } from "vitest";
import { appSecretPlaceholder } from "../../../contract/environment.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { secretsManagerAppSecrets } from "../../../functions/wechat/app-secret.ts";
import { secretsManagerAppSecretStore } from "../../../functions/wechat/app-secret-store.ts";

const noon = Date.UTC(2026, 2, 1, 12);
const seconds = 1_000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

const arns = { wx1: "arn:of-the-secret-of-wx1", wx2: "arn:of-the-secret-of-wx2" };

/** A Secrets Manager that holds `value`, under these labels, or is down, and a clock to set. */
function appSecrets(value?: string) {
  const service = { value, down: false, labels: ["AWSCURRENT"] as string[] | undefined };
  const asked: unknown[] = [];
  const send = vi.fn().mockImplementation(async ({ input }) => {
    asked.push(input);
    if (service.down) throw new Error("Secrets Manager does not answer");
    return { SecretString: service.value, VersionStages: service.labels };
  });
  const time = { now: noon };
  const { current, renewed } = secretsManagerAppSecrets({ send }, arns, () => time.now);
  const secrets = {
    current: async (appId: string) => (await current(appId))?.value,
    renewed: async (appId: string) => (await renewed(appId))?.value,
  };
  return { service, asked, time, current, renewed, secrets };
}

test("the secret of each mini-program is asked for by its ARN, once", async () => {
  const { secrets, asked } = appSecrets("s3cret");
  expect(await secrets.current("wx1")).toBe("s3cret");
  expect(await secrets.current("wx2")).toBe("s3cret");
  expect(await secrets.current("wx1")).toBe("s3cret");
  expect(asked).toEqual([{ SecretId: arns.wx1 }, { SecretId: arns.wx2 }]);
});

test.each(["s3cret\n", "s3cret\r\n", " s3cret", "\ts3cret "])(
  "white space around a secret is dropped: %j",
  async (value) => {
    const { secrets } = appSecrets(value);
    expect(await secrets.current("wx1")).toBe("s3cret");
  },
);

describe("callers at the same time", () => {
  test("share one load", async () => {
    const { secrets, asked } = appSecrets("s3cret");
    const loaded = await Promise.all([
      secrets.current("wx1"),
      secrets.current("wx1"),
      secrets.renewed("wx1"),
      secrets.current("wx1"),
    ]);
    expect(loaded).toEqual(Array(4).fill("s3cret"));
    expect(asked).toHaveLength(1);
  });

  test("share one failure, which the next caller does not", async () => {
    const { secrets, service, asked } = appSecrets("s3cret");
    service.down = true;
    expect(await Promise.all([secrets.current("wx1"), secrets.current("wx1")])).toEqual([
      undefined,
      undefined,
    ]);
    expect(asked).toHaveLength(1);
    service.down = false;
    expect(await secrets.current("wx1")).toBe("s3cret");
    expect(asked).toHaveLength(2);
  });

  test("of different mini-programs do not", async () => {
    const { secrets, asked } = appSecrets("s3cret");
    await Promise.all([secrets.current("wx1"), secrets.current("wx2")]);
    expect(asked).toHaveLength(2);
  });
});

describe.each([
  ["the placeholder", appSecretPlaceholder],
  ["the placeholder with a newline", `${appSecretPlaceholder}\n`],
  ["empty", ""],
  ["blank", " \n"],
  ["not a text", undefined],
])("a secret that is %s", (_, value) => {
  test("is none, and never cached: the real one works at the next login", async () => {
    const { secrets, service } = appSecrets(value);
    expect(await secrets.current("wx1")).toBeUndefined();
    expect(await secrets.current("wx1")).toBeUndefined();
    service.value = "s3cret";
    expect(await secrets.current("wx1")).toBe("s3cret");
  });

  test("also ends the use of the value before it, even while Secrets Manager is down afterwards", async () => {
    const { secrets, service, time } = appSecrets("s3cret");
    await secrets.current("wx1");
    service.value = value;
    time.now += 5 * minutes;
    expect(await secrets.current("wx1")).toBeUndefined();
    service.down = true;
    expect(await secrets.current("wx1")).toBeUndefined();
  });
});

describe("a rotated secret", () => {
  test.each([
    ["a millisecond before five minutes have passed, not yet", 5 * minutes - 1, "old"],
    ["after five minutes", 5 * minutes, "new"],
  ])("reaches a warm instance by itself: %s", async (_, later, expected) => {
    const { secrets, service, time } = appSecrets("old");
    await secrets.current("wx1");
    service.value = "new";
    time.now += later;
    expect(await secrets.current("wx1")).toBe(expected);
  });

  test("is had at once by whoever asks for a renewed one, and by all after it", async () => {
    const { secrets, service, asked } = appSecrets("old");
    await secrets.current("wx1");
    service.value = "new";
    expect(await secrets.renewed("wx1")).toBe("new");
    expect(await secrets.current("wx1")).toBe("new");
    expect(asked).toHaveLength(2);
  });

  test("that was renewed is fresh for five minutes from then on", async () => {
    const { secrets, time, asked } = appSecrets("s3cret");
    await secrets.current("wx1");
    time.now += 4 * minutes;
    await secrets.renewed("wx1");
    time.now += 5 * minutes - 1;
    await secrets.current("wx1");
    expect(asked).toHaveLength(2);
    time.now += 1;
    await secrets.current("wx1");
    expect(asked).toHaveLength(3);
  });
});

describe("while Secrets Manager does not answer", () => {
  test("a cold instance has no secret, and asks again at the next login", async () => {
    const { secrets, service, asked } = appSecrets("s3cret");
    service.down = true;
    expect(await secrets.current("wx1")).toBeUndefined();
    expect(await secrets.current("wx1")).toBeUndefined();
    expect(await secrets.renewed("wx1")).toBeUndefined();
    expect(asked).toHaveLength(3);
  });

  test("a warm instance uses the last good value, and does not ask at each login", async () => {
    const { secrets, service, time, asked } = appSecrets("s3cret");
    await secrets.current("wx1");
    service.down = true;
    time.now += 5 * minutes;
    const asksAfter = async (later: number) => {
      time.now += later;
      expect(await secrets.current("wx1")).toBe("s3cret");
      return asked.length - 1;
    };
    expect(await asksAfter(0)).toBe(1);
    expect(await asksAfter(0)).toBe(1);
    expect(await asksAfter(30 * seconds - 1)).toBe(1);
    expect(await asksAfter(1)).toBe(2);
    expect(await asksAfter(30 * seconds)).toBe(3);
  });

  test.each([
    ["a millisecond before 12 hours", 12 * hours - 1, "s3cret"],
    ["12 hours", 12 * hours, undefined],
  ])("the last good value is used until it is old: %s", async (_, age, expected) => {
    const { secrets, service, time } = appSecrets("s3cret");
    await secrets.current("wx1");
    service.down = true;
    time.now += age;
    expect(await secrets.current("wx1")).toBe(expected);
  });

  test("its age counts from when it was loaded, not from the last time it was used for want of a better one", async () => {
    const { secrets, service, time } = appSecrets("s3cret");
    await secrets.current("wx1");
    service.down = true;
    time.now += 11 * hours;
    expect(await secrets.current("wx1")).toBe("s3cret");
    time.now += 1 * hours;
    expect(await secrets.current("wx1")).toBeUndefined();
  });

  test("whoever asks for a renewed one gets the last good value", async () => {
    const { secrets, service, asked } = appSecrets("s3cret");
    await secrets.current("wx1");
    service.down = true;
    expect(await secrets.renewed("wx1")).toBe("s3cret");
    expect(asked).toHaveLength(2);
  });

  test("it is over when Secrets Manager answers again, and then the value is fresh", async () => {
    const { secrets, service, time, asked } = appSecrets("old");
    await secrets.current("wx1");
    service.down = true;
    time.now += 5 * minutes;
    await secrets.current("wx1");
    service.down = false;
    service.value = "new";
    time.now += 30 * seconds;
    expect(await secrets.current("wx1")).toBe("new");
    time.now += 5 * minutes - 1;
    expect(await secrets.current("wx1")).toBe("new");
    expect(asked).toHaveLength(3);
  });
});

describe("that WeChat had accepted a value when it was stored", () => {
  test.each([
    ["is known by its label", ["AWSCURRENT", "WEAPP_LOGIN_PROVEN"], true],
    ["is not so without it", ["AWSCURRENT"], false],
    ["is not so where nothing is said", undefined, false],
  ])("%s, also from the cache", async (_, labels, proven) => {
    const { service, current, renewed, asked } = appSecrets("s3cret");
    service.labels = labels;
    expect(await current("wx1")).toEqual({ value: "s3cret", proven });
    expect(await current("wx1")).toEqual({ value: "s3cret", proven });
    expect(asked).toHaveLength(1);
    expect(await renewed("wx1")).toEqual({ value: "s3cret", proven });
  });

  test("is said of the last good value while Secrets Manager does not answer", async () => {
    const { service, current, renewed } = appSecrets("s3cret");
    service.labels = ["AWSCURRENT", "WEAPP_LOGIN_PROVEN"];
    await current("wx1");
    service.down = true;
    expect(await renewed("wx1")).toEqual({ value: "s3cret", proven: true });
  });
});

describe("the operator's store", () => {
  function store(answer: (input: unknown) => object) {
    const sent: unknown[] = [];
    const send = vi.fn().mockImplementation(async ({ input }) => {
      sent.push(input);
      return answer(input);
    });
    return { sent, ...secretsManagerAppSecretStore({ send }, arns) };
  }
  const failing = (error: Error) =>
    store(() => {
      throw error;
    });
  const thrown = (call: Promise<unknown>) => call.catch((error: unknown) => error);

  test("puts a value under the ARN of its mini-program, as it was given", async () => {
    const { sent, set } = store(() => ({}));
    await set("wx2", "s3cret");
    expect(sent).toEqual([
      { SecretId: arns.wx2, SecretString: "s3cret", ClientRequestToken: expect.any(String) },
    ]);
  });

  test("marks a proven one, and makes it current all the same", async () => {
    const { sent, setProven } = store(() => ({}));
    await setProven("wx2", "s3cret");
    expect(sent).toEqual([
      {
        SecretId: arns.wx2,
        SecretString: "s3cret",
        ClientRequestToken: expect.any(String),
        VersionStages: ["AWSCURRENT", "WEAPP_LOGIN_PROVEN"],
      },
    ]);
  });

  test.each([
    ["a value", { SecretString: " s3cret\n" }, { state: "set", value: "s3cret", proven: false }],
    [
      "a proven value",
      { SecretString: "s3cret", VersionStages: ["WEAPP_LOGIN_PROVEN"] },
      { state: "set", value: "s3cret", proven: true },
    ],
    ["the placeholder", { SecretString: appSecretPlaceholder }, { state: "placeholder" }],
    ["an empty value", { SecretString: " " }, { state: "missing" }],
    ["a binary value", {}, { state: "missing" }],
  ])("reads %s", async (_, answer, expected) => {
    expect(await store(() => answer).read("wx1")).toEqual(expected);
  });

  test("reads none where there is none", async () => {
    const error = Object.assign(new Error(), { name: "ResourceNotFoundException" });
    expect(await failing(error).read("wx1")).toEqual({ state: "missing" });
  });

  test.each(["set", "setProven"] as const)(
    "is an outage while Secrets Manager does not answer: %s, without repeating the secret",
    async (verb) => {
      const error = await thrown(failing(new Error("no answer"))[verb]("wx1", "s3cret"));
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(String(error)).not.toContain("s3cret");
    },
  );

  test("is an outage while Secrets Manager does not answer: read", async () => {
    expect(await thrown(failing(new Error("no answer")).read("wx1"))).toBeInstanceOf(StoreUnavailable);
  });
});
