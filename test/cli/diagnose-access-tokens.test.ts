import { describe, expect, test } from "vitest";
import { report } from "../../cli/checks.ts";
import { commandsToRun } from "../../cli/commands-to-run.ts";
import { accessTokenChecks } from "../../cli/diagnose-access-tokens.ts";
import { english } from "../../cli/messages/english.ts";
import type { AccessTokenState } from "../../contract/diagnosis.ts";
import { healthy } from "../support/healthy-deployment.ts";

const words = english.doctor;
const commands = commandsToRun({ stack: "WeappLogin" }, english);
const checks = (...accessTokens: readonly AccessTokenState[]) =>
  accessTokenChecks(healthy({ accessTokens }), commands);

test("a deployment without a use for access tokens has no such check", () => {
  expect(accessTokenChecks(healthy(), commands)).toEqual([]);
});

test("that WeChat gives them is said in one line", () => {
  expect(report(checks({ appId: "wx1", state: "given" }, { appId: "wx2", state: "given" }), words, 120)).toBe(
    "✓ access tokens  WeChat gives them to the functions\n\nAll is well.",
  );
});

test("without an AppSecret there is nothing to ask with", () => {
  expect(checks({ appId: "wx1", state: "no secret" })).toEqual([
    { check: "access tokens", state: "skipped", found: "not checked: AppSecret comes first" },
  ]);
});

describe("what keeps WeChat from it is said, with what to do:", () => {
  test.each<[Omit<AccessTokenState, "appId" | "state">, RegExp, RegExp]>([
    [
      { errcode: 40164, address: "8.149.1.2" },
      /^WeChat refuses 8\.149\.1\.2, which is not on the IP list of wx1 /,
      /IP白名单.*docs\/access-tokens\.md/,
    ],
    [{ errcode: 40164 }, /^WeChat refuses the address that the functions come from,/, /IP白名单/],
    [{ errcode: 45009 }, /for a day are used up/, /who else/],
    [{ errcode: 48001 }, /may not have access tokens/, /verified/],
    [{ errcode: 40230 }, /^API encryption is switched on for wx1 \(errcode 40230\)/, /switch it off/],
    [{ errcode: 40240 }, /^API encryption/, /switch it off/],
    [{ errcode: -1 }, /gives none of wx1 \(errcode -1\)/, /doctor --stack WeappLogin` again/],
    [{ errcode: 40229 }, /gives none/, /wait/],
    [{}, /was not reached/, /wait a minute/],
  ])("%j", (answer, found, todo) => {
    const [check, ...others] = checks(
      { appId: "wx1", state: "refused", ...answer },
      { appId: "wx2", state: "given" },
    );
    expect(others).toEqual([]);
    expect(check).toMatchObject({
      state: "problem",
      found: expect.stringMatching(found),
      todo: expect.stringMatching(todo),
    });
  });
});
