import { Stack } from "aws-cdk-lib";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { describe, expect, test } from "vitest";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { isRecord } from "../../local/aws/json.ts";
import { appId, newApp, synthesized, templateOf } from "../support/in-process.ts";
import {
  functionName,
  grantsOf,
  ofType,
  type Resource,
  referencesIn,
  tableName,
} from "../support/template.ts";

const env = { region: "eu-west-1", account: "111111111111" };
const keyArn = "arn:aws:kms:eu-west-1:111111111111:key/one";
const otherAppIds = ["wx00000000000000a2"];

function withKey(makeKey: (scope: Construct) => IKey) {
  const stack = new Stack(newApp(), "Shop", { env });
  new WeappLogin(stack, "Login", { appId, otherAppIds, encryptionKey: makeKey(stack) });
  return templateOf(stack);
}

const made = withKey((scope) => new Key(scope, "Key", { enableKeyRotation: true }));
const imported = withKey((scope) => Key.fromKeyArn(scope, "Key", keyArn));

/** `{ "login dynamodb": its KMS actions }`, by function and the service it must come through. */
function kmsOf(resources: readonly Resource[], isKey: (resource: unknown) => boolean) {
  const granted = ofType(resources, "AWS::IAM::Policy").flatMap(({ properties }) => {
    const name = functionOf(resources, referencesIn(properties.Roles));
    return statementsOf(properties).flatMap(({ Action, Resource, Condition }) => {
      const actions = [Action].flat().map(String);
      if (!actions.some((action) => action.startsWith("kms:"))) return [];
      expect(isKey(Resource)).toBe(true);
      const via = /^\{"StringEquals":\{"kms:ViaService":"(\w+)\.eu-west-1\.amazonaws\.com"\}\}$/;
      const service = via.exec(JSON.stringify(Condition))?.[1];
      return actions.map((action) => ({ who: `${name} ${service}`, action }));
    });
  });
  const byWho = Object.entries(Object.groupBy(granted, ({ who }) => who));
  return Object.fromEntries(
    byWho.map(([who, grants = []]) => [who, [...new Set(grants.map(({ action }) => action))].sort()]),
  );
}

function statementsOf({ PolicyDocument }: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const { Statement } = isRecord(PolicyDocument) ? PolicyDocument : {};
  return Array.isArray(Statement) ? Statement.filter(isRecord) : [];
}

function functionOf(resources: readonly Resource[], roles: readonly string[]): string {
  return ofType(resources, "AWS::Lambda::Function")
    .filter(({ properties }) => roles.includes(referencesIn(properties.Role).join()))
    .map(functionName)
    .join();
}

const reads = ["kms:Decrypt", "kms:DescribeKey"];
const writes = [
  ...reads,
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

describe("a key of the owner's", () => {
  test("encrypts every table and every AppSecret", () => {
    const tables = ofType(imported.resources, "AWS::DynamoDB::GlobalTable");
    expect(tables.map(tableName)).toEqual(["Bindings", "Accounts", "Sessions", "Attempts"]);
    for (const { properties, logicalId } of tables) {
      expect(properties, logicalId).toMatchObject({
        SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
        Replicas: [{ Region: "eu-west-1", SSESpecification: { KMSMasterKeyId: keyArn } }],
      });
    }
    const secrets = ofType(imported.resources, "AWS::SecretsManager::Secret");
    expect(secrets.map(({ properties }) => properties.KmsKeyId)).toEqual([keyArn, keyArn]);
  });

  test("made in the same app does so too, and is referred to", () => {
    const [key] = ofType(made.resources, "AWS::KMS::Key");
    const encrypted = [
      ...ofType(made.resources, "AWS::DynamoDB::GlobalTable"),
      ...ofType(made.resources, "AWS::SecretsManager::Secret"),
    ];
    expect(encrypted).toHaveLength(6);
    for (const { properties, logicalId } of encrypted) {
      expect(referencesIn(properties), logicalId).toEqual([key?.logicalId]);
    }
  });

  // The authorizer, which every protected call meets, can decrypt and nothing else.
  const expected = {
    "authorizer dynamodb": reads,
    "verifier dynamodb": writes,
    "login dynamodb": writes,
    "login secretsmanager": ["kms:Decrypt"],
    "session dynamodb": writes,
    "admin dynamodb": writes,
    "admin secretsmanager": ["kms:Decrypt", "kms:GenerateDataKey"],
  };

  test("may be used by each function as far as its tables and secrets ask for, through their services only", () => {
    expect(kmsOf(imported.resources, (it) => it === keyArn)).toEqual(expected);
    const [key] = ofType(made.resources, "AWS::KMS::Key");
    expect(kmsOf(made.resources, (it) => referencesIn(it).join() === key?.logicalId)).toEqual(expected);
  });

  test("lets no function do what it likes, and asks for no wildcard", () => {
    for (const { action, resource } of [...grantsOf(made.resources), ...grantsOf(imported.resources)]) {
      expect(action).not.toContain("*");
      expect(resource).not.toBe("*");
    }
  });

  test("is not needed for logs, which hold no secret", () => {
    for (const { properties, logicalId } of ofType(imported.resources, "AWS::Logs::LogGroup")) {
      expect(properties, logicalId).not.toHaveProperty("KmsKeyId");
    }
  });

  test("changes no logical id: tables and secrets stay who they are", () => {
    const stateful = ({ resources }: { resources: readonly Resource[] }) =>
      resources
        .filter(({ type }) => /GlobalTable|Secret$/.test(type))
        .map(({ logicalId }) => logicalId)
        .sort();
    expect(stateful(imported)).toEqual(stateful(synthesized({ otherAppIds })));
  });
});

test("without one, nobody is granted anything on any key, and AWS's own keys encrypt", () => {
  const { text, resources } = synthesized();
  expect(text).not.toContain("kms:");
  for (const { properties } of ofType(resources, "AWS::DynamoDB::GlobalTable")) {
    expect(properties).not.toHaveProperty("SSESpecification");
  }
});

test("a stack without a Region is told so in one sentence, before anything is made of it", () => {
  const stack = new Stack(newApp(), "Shop");
  const encryptionKey = Key.fromKeyArn(stack, "Key", keyArn);
  expect(() => new WeappLogin(stack, "Login", { appId, encryptionKey })).toThrow(
    "encryptionKey needs a stack with a Region: new Stack(app, id, { env: { region: 'eu-west-1' } }).",
  );
  expect(stack.node.findAll().map(({ node }) => node.path)).toEqual(["Shop", "Shop/Key", "Shop/Login"]);
});
