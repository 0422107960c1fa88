import { describe, expect, test } from "vitest";
import { argon2id, argon2idParameters, hashPassword } from "../../../functions/passwords/argon2id.ts";

/** As weak as argon2id can be. */
const cheap = { memory: 8, passes: 1, parallelism: 1 };

/** Of "password". Source: the reference implementation's tests (phc-winner-argon2, src/test.c, version 0x13). */
const published = [
  "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
  "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
  "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg",
  "$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw",
];
const [small = ""] = published;

describe("published hashes", () => {
  test.each(published)("%s is that of the password", async (passwordHash) => {
    expect(argon2id.isHash(passwordHash)).toBe(true);
    expect(await argon2id.matches("password", passwordHash)).toBe(true);
  });

  test.each(["Password", "password ", "differentpassword", ""])("and not that of %j", async (password) => {
    expect(await argon2id.matches(password, small)).toBe(false);
  });

  test.each(["m=257,t=2,p=1", "m=256,t=3,p=1", "m=256,t=2,p=2"])(
    "nor one with other parameters: %s",
    async (other) => {
      expect(await argon2id.matches("password", small.replace("m=256,t=2,p=1", other))).toBe(false);
    },
  );
});

describe("a password that was hashed here", () => {
  test("is stored with the parameters that the product promises, 16 bytes of salt and 32 of hash", async () => {
    expect(await argon2id.hash("pwd123456")).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
  });

  test.each(["pwd123456", "密码 🔑", "", " ", "p".repeat(256), "a\u0000b"])(
    "matches itself: %j",
    async (password) => {
      const passwordHash = await hashPassword(password, cheap);
      expect(argon2id.isHash(passwordHash)).toBe(true);
      expect(await argon2id.matches(password, passwordHash)).toBe(true);
    },
  );

  test.each([
    ["another letter", "pwd123456", "pwd123457"],
    ["another case", "Pwd123456", "pwd123456"],
    ["white space after it", "pwd123456", "pwd123456 "],
    ["one letter less", "pwd123456", "pwd12345"],
    ["what comes after a U+0000", "a\u0000b", "a\u0000c"],
    ["the 256th character", `${"p".repeat(255)}a`, `${"p".repeat(255)}b`],
    ["another spelling of the same letter in Unicode", "\u00e9", "e\u0301"],
  ])("is byte-exact: %s makes a difference", async (_, password, other) => {
    expect(await argon2id.matches(other, await hashPassword(password, cheap))).toBe(false);
  });

  test("has a salt of its own", async () => {
    expect(await hashPassword("pwd123456", cheap)).not.toBe(await hashPassword("pwd123456", cheap));
  });

  test("is checked with the parameters in its string, so that the default can be raised", async () => {
    const passwordHash = await hashPassword("pwd123456", { memory: 64, passes: 3, parallelism: 2 });
    expect(passwordHash).toContain("$m=64,t=3,p=2$");
    expect(await argon2id.matches("pwd123456", passwordHash)).toBe(true);
  });
});

const unreadable: [what: string, passwordHash: string][] = [
  ["nothing", ""],
  ["a password in clear", "pwd123456"],
  ["argon2i", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"],
  ["bcrypt", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"],
  ["another version", "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"],
  ["no version", "$argon2id$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"],
  ["no hash", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"],
  ["no salt", "$argon2id$v=19$m=256,t=2,p=1$$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"],
  ["padding", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ=$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4="],
  ["something after it", `${small}\n`],
  ["something before it", ` ${small}`],
  [
    "parameters that no memory holds",
    "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQw",
  ],
];

test.each(unreadable)(
  "a stored hash that is unreadable (%s) is thrown, not taken for a wrong password",
  async (_, it) => {
    expect(argon2id.isHash(it)).toBe(false);
    await expect(argon2id.matches("pwd123456", it)).rejects.toThrow("not an argon2id string");
  },
);

test.each([
  ["no pass", "m=19456,t=0,p=1"],
  ["no lane", "m=19456,t=2,p=0"],
  ["less memory than its lanes need", "m=15,t=2,p=2"],
  ["more memory than the verifier has", "m=4000000,t=2,p=1"],
  ["more passes than the verifier has time for", "m=19456,t=41,p=1"],
  ["as much memory as one verification took seven seconds with", "m=524288,t=32,p=1"],
  ["more memory than leaves time", "m=262145,t=1,p=1"],
  ["both within bounds, and too much together", "m=262144,t=4,p=1"],
])("a hash with %s is not taken into an account", (_, parameters) => {
  const hash = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
  expect(argon2id.isHash(`$argon2id$v=19$${parameters}$c29tZXNhbHQ$${hash}`)).toBe(false);
});

test("parameters that argon2id does not allow are thrown too", async () => {
  await expect(argon2id.matches("password", small.replace("m=256", "m=7"))).rejects.toThrow();
});

describe("the decoy for unknown usernames", () => {
  test("costs as much as a real hash: it has the default parameters, salt and length", async () => {
    const { memory, passes, parallelism } = argon2idParameters;
    expect({ memory, passes, parallelism }).toEqual({ memory: 19_456, passes: 2, parallelism: 1 });
    const decoy = argon2id.decoy(argon2id.parameters);
    expect(decoy.slice(0, 30)).toBe("$argon2id$v=19$m=19456,t=2,p=1");
    expect(decoy).toHaveLength((await hashPassword("pwd123456")).length);
  });

  test("costs as much as an imported one where that is asked for", () => {
    const decoy = argon2id.decoy("m=65536,t=3,p=4");
    expect(argon2id.isHash(decoy)).toBe(true);
    expect(argon2id.parametersOf(decoy)).toBe("m=65536,t=3,p=4");
  });

  test.each(["", "pwd123456", "decoy"])("is matched by no password: %j", async (password) => {
    expect(await argon2id.matches(password, argon2id.decoy(argon2id.parameters))).toBe(false);
  });
});

test.each(["m=19456,t=40,p=1", "m=262144,t=3,p=1", "m=65536,t=3,p=4", "m=4096,t=192,p=1"])(
  "a hash with %s is taken: it is checked well within the deadline",
  (parameters) => {
    expect(argon2id.isHash(argon2id.decoy(parameters))).toBe(true);
  },
);
