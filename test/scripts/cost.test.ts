import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { billOfMonth, billPerMillion, costDocument, costText, fixed } from "../../scripts/cost.ts";
import type { Units } from "../../scripts/units.ts";
import { ofType, resourcesOf } from "../support/template.ts";

/** A login of three steps, and an authorization of one. */
const login: Units[string] = {
  login: {
    rru: 1,
    wru: 1,
    steps: { 1: "wechat:jscode2session", 2: "dynamodb:GetItem", 3: "dynamodb:PutItem" },
  },
};
const authorization: Units[string] = {
  authorizer: { rru: 2, wru: 0, steps: { 1: "dynamodb:BatchGetItem" } },
};
const withPassword: Units[string] = {
  login: { rru: 0, wru: 4, steps: { 1: "wechat:jscode2session", 2: "lambda:Invoke" } },
  verifier: { rru: 1, wru: 0, steps: { 1: "dynamodb:GetItem accounts" } },
};

test("docs/cost.md is what the script prints; `npm run cost` renews it", async () => {
  expect(await readFile(costDocument, "utf8")).toBe(await costText());
});

test("a million silent logins, by hand", () => {
  const bill = billPerMillion(login);
  expect(bill).toEqual({
    "API Gateway": 1,
    "Lambda, requests": 0.2,
    // 40 + 5 + 5 + 10 ms of a quarter of a GB: 15,000 GB-seconds at 0.0000133334 each.
    "Lambda, time": expect.closeTo(0.200_001, 6),
    "DynamoDB, reads": 0.125,
    "DynamoDB, writes": 0.625,
    // 0.4 + 0.2 KB: 0.6 GB at 0.50.
    Logs: expect.closeTo(0.3, 9),
  });
});

test("a login waits for its verifier: both are paid for", () => {
  // The verifier 5 + 10 + 50 ms of 1.73 GB, the login 40 + 65 + 10 ms of 0.25 GB.
  const gbSeconds = (65 * 1.73 + 115 * 0.25) * 1_000;
  expect(billPerMillion(withPassword)["Lambda, time"]).toBeCloseTo(gbSeconds * 0.000_013_333_4, 9);
});

test("an authorization adds its functions to a request that pays the gateway anyway", () => {
  expect(billPerMillion(authorization, false)).toMatchObject({ "API Gateway": 0, Logs: 0.2 });
});

test("a month of 10,000 daily users, by hand", () => {
  const units = { "silent login": login, "first login by code": withPassword, authorize: authorization };
  const bill = billOfMonth(10_000, units);
  // 0.36 million silent logins, 0.006 million first logins, 6 million authorized requests.
  expect(bill["API Gateway"]).toBeCloseTo(6.366, 9);
  expect(bill["DynamoDB, reads"]).toBeCloseTo((0.36 + 0.006 + 6 * 2) * 0.125, 9);
  expect(bill["DynamoDB, writes"]).toBeCloseTo((0.36 + 0.006 * 4) * 0.625, 9);
  expect(bill.Fixed).toBeCloseTo(10, 9);
});

test("an operation that nobody counts is named", () => {
  expect(() => billOfMonth(10_000, {})).toThrow("Nobody counts silent login");
});

test("what is fixed is what the template has", async () => {
  const text = await readFile(join(inject("assembly"), "WeappLogin.template.json"), "utf8");
  const resources = resourcesOf(JSON.parse(text));
  const count = (type: string) => ofType(resources, type).length;
  const alarms = ofType(resources, "AWS::CloudWatch::Alarm");
  // An alarm is paid for by the metrics it looks at; one without metric math looks at one.
  const alarmed = alarms.reduce(
    (total, { properties }) =>
      total + (JSON.stringify(properties.Metrics ?? ["MetricStat"]).match(/"MetricStat"/g) ?? []).length,
    0,
  );
  expect({ ...fixed, metric: 0 }).toEqual({
    metric: 0,
    alarm: alarmed,
    dashboard: count("AWS::CloudWatch::Dashboard"),
    secret: count("AWS::SecretsManager::Secret"),
  });
});
