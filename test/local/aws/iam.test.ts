import { describe, expect, test } from "vitest";
import { isAllowed, type PolicyStatement, parsePolicy } from "../../../local/aws/iam.ts";

const table = "arn:aws:dynamodb:us-east-1:000000000000:table/Sessions";
const get = "dynamodb:GetItem";

describe("a policy", () => {
  const allow = (Action: string | string[], Resource: string | string[]): PolicyStatement => ({
    Effect: "Allow",
    Action,
    Resource,
  });
  const deny = (Action: string, Resource: string): PolicyStatement => ({ Effect: "Deny", Action, Resource });

  test.each<[string, PolicyStatement[], boolean]>([
    ["without statements", [], false],
    ["that names action and resource", [allow(get, table)], true],
    ["that lists them", [allow(["dynamodb:PutItem", get], [`${table}X`, table])], true],
    ["that spells the action in another case", [allow("DynamoDB:getitem", table)], true],
    ["that spells the resource in another case", [allow(get, table.toLowerCase())], false],
    ["with * in the action", [allow("dynamodb:*", table)], true],
    ["with ? in the action", [allow("dynamodb:?etItem", table)], true],
    ["with ? where there is nothing", [allow("dynamodb:GetItem?", table)], false],
    ["with * in the resource", [allow(get, "arn:*:table/S*s")], true],
    ["for everything", [allow("*", "*")], true],
    ["for the table's indexes only", [allow(get, `${table}/index/*`)], false],
    ["for another service", [allow("secretsmanager:*", "*")], false],
    ["whose dots are dots", [allow("dynamodb.GetItem", table)], false],
    ["with a deny after the allow", [allow("*", "*"), deny(get, table)], false],
    ["with a deny before the allow", [deny("dynamodb:Get*", "*"), allow("*", "*")], false],
    ["with a deny of something else", [deny("dynamodb:Scan", "*"), allow(get, table)], true],
  ])("%s", (_what, policy, expected) => {
    expect(isAllowed(policy, get, table)).toBe(expected);
  });
});

describe("a document", () => {
  const statement = { Effect: "Allow", Action: get, Resource: table };

  test("is read whole, or as a list, or as one statement", () => {
    const read = [{ Effect: "Allow", Action: [get], Resource: [table] }];
    expect(parsePolicy({ Version: "2012-10-17", Statement: [statement] })).toEqual(read);
    expect(parsePolicy({ Version: "2012-10-17", Statement: statement })).toEqual(read);
    expect(parsePolicy([statement])).toEqual(read);
  });

  test.each([
    [
      "NotAction",
      { Effect: "Allow", NotAction: get, Resource: table },
      /has a NotAction, which is not evaluated here/,
    ],
    ["NotResource", { Effect: "Deny", Action: get, NotResource: table }, /has a NotResource/],
    ["Condition", { ...statement, Sid: "OnlyMine", Condition: {} }, /statement OnlyMine has a Condition/],
    ["Principal", { ...statement, Principal: "*" }, /has a Principal/],
    ["an unknown effect", { ...statement, Effect: "Perhaps" }, /Effect of Allow or Deny/],
    [
      "an unresolved intrinsic",
      { ...statement, Resource: { "Fn::GetAtt": ["T", "Arn"] } },
      /Resource must be text, not/,
    ],
    ["a policy variable", { ...statement, Resource: `${table}/\${aws:username}` }, /policy variable/],
    ["no resource", { Effect: "Allow", Action: get, Resource: [] }, /Resource is empty/],
    ["no action", { Effect: "Allow", Resource: table }, /Action must be text, not undefined/],
    ["no object", "Allow", /must be an object/],
  ])("with %s is refused", (_what, statement, message) => {
    expect(() => parsePolicy({ Statement: [statement] })).toThrow(message);
  });
});
