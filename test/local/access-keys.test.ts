import { expect, inject, test } from "vitest";
import { newAccessKeys } from "../../local/access-keys.ts";
import { readAssembly } from "../../local/assembly.ts";

const assembly = await readAssembly(inject("assembly"), "WeappLogin");
const keysOfAStart = () => newAccessKeys(assembly, ({ policy }) => policy);

test("every function and the operator have keys of their own, other ones at each start", () => {
  const all = [keysOfAStart(), keysOfAStart()].flatMap((keys) => [
    keys.operator,
    ...assembly.functions.map((fn) => keys.of(fn)),
  ]);
  expect(all.length).toBe(2 * (assembly.functions.length + 1));
  for (const name of ["accessKeyId", "secretAccessKey"] as const) {
    expect(new Set(all.map((credentials) => credentials[name])).size).toBe(all.length);
  }
  for (const { secretAccessKey } of all) expect(secretAccessKey).toMatch(/^[\w-]{40}$/);
});

test("a key id leads to its secret and to whose it is, and an unknown one to nobody", () => {
  const keys = keysOfAStart();
  for (const fn of assembly.functions) {
    const credentials = keys.of(fn);
    expect(keys.find(credentials.accessKeyId)).toEqual({
      ...credentials,
      principal: {
        arn: expect.stringMatching(new RegExp(`:assumed-role/.+/${fn.name}$`)),
        policy: fn.policy,
      },
    });
  }
  expect(keys.find(keys.operator.accessKeyId)?.principal.arn).toMatch(/:user\/operator$/);
  expect(keys.find("LAPTOPOPERATOR")).toBeUndefined();
});
