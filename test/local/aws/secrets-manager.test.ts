import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { describe, expect, test } from "vitest";
import { awsForThisTest, noon, refusal } from "../../support/aws.ts";
import { directoryForThisTest } from "../../support/temporary-directory.ts";

const arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:App-a1B2c3";
const secret = { arn, name: "App", value: "first" };
const token = (letter: string) => letter.repeat(32);

async function secrets(options: { directory?: string; clock?: () => number } = {}) {
  const aws = await awsForThisTest({ tables: [], secrets: [secret], ...options });
  return { aws, client: aws.secrets() };
}

function value(client: SecretsManagerClient, which: { VersionStage?: string } = {}, SecretId = arn) {
  return client.send(new GetSecretValueCommand({ SecretId, ...which }));
}

function put(client: SecretsManagerClient, SecretString: string, more: object = {}) {
  return client.send(new PutSecretValueCommand({ SecretId: arn, SecretString, ...more }));
}

describe("a secret", () => {
  test.each([
    ["its ARN", arn],
    ["its ARN without the random suffix", arn.slice(0, -7)],
    ["its name", "App"],
  ])("is found by %s", async (_what, SecretId) => {
    const { client } = await secrets();
    expect(await value(client, {}, SecretId)).toMatchObject({
      ARN: arn,
      Name: "App",
      SecretString: "first",
      VersionStages: ["AWSCURRENT"],
      CreatedDate: new Date(noon),
    });
  });

  test("that does not exist is not found, in AWS's words", async () => {
    const { client } = await secrets();
    expect(await refusal(value(client, {}, "Another"))).toMatchObject({
      name: "ResourceNotFoundException",
      message: "Secrets Manager can't find the specified secret.",
    });
  });

  test("without a value cannot be read until one is put", async () => {
    const aws = await awsForThisTest({ tables: [], secrets: [{ arn, name: "App" }] });
    const client = aws.secrets();
    expect((await refusal(value(client))).message).toBe(
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    );
    await put(client, "set later", { VersionStages: ["MINE"] });
    expect(await value(client)).toMatchObject({
      SecretString: "set later",
      VersionStages: ["MINE", "AWSCURRENT"],
    });
  });
});

describe("a new value", () => {
  test("becomes current; the one before it stays readable as previous", async () => {
    let now = noon;
    const { client } = await secrets({ clock: () => now });
    now += 60_000;
    await put(client, "second", { ClientRequestToken: token("b") });
    await put(client, "third", { ClientRequestToken: token("c") });

    expect(await value(client)).toMatchObject({ SecretString: "third", CreatedDate: new Date(now) });
    expect(await value(client, { VersionStage: "AWSPREVIOUS" })).toMatchObject({ SecretString: "second" });
  });

  test("put twice under one token is put once; another value under it is refused", async () => {
    const { client } = await secrets();
    await put(client, "second", { ClientRequestToken: token("b") });
    await put(client, "third", { ClientRequestToken: token("c") });
    const repeated = await put(client, "second", { ClientRequestToken: token("b") });
    expect(repeated.VersionStages).toEqual(["AWSPREVIOUS"]);
    expect(await value(client)).toMatchObject({ SecretString: "third" });
    const refused = await refusal(put(client, "fourth", { ClientRequestToken: token("b") }));
    expect(refused.name).toBe("ResourceExistsException");
  });

  test("under a label of one's own leaves the current one alone", async () => {
    const { client } = await secrets();
    await put(client, "candidate", { VersionStages: ["AWSPENDING"] });
    expect(await value(client)).toMatchObject({ SecretString: "first" });
    expect(await value(client, { VersionStage: "AWSPENDING" })).toMatchObject({ SecretString: "candidate" });
  });

  test("takes a label of one's own along with AWSCURRENT, which leaves the value that had it before", async () => {
    const { client } = await secrets();
    const labels = { VersionStages: ["AWSCURRENT", "MINE"] };
    await put(client, "second", { ClientRequestToken: token("b"), ...labels });
    expect((await value(client)).VersionStages).toEqual(["AWSCURRENT", "MINE"]);
    await put(client, "third", { ClientRequestToken: token("c"), ...labels });
    expect(await value(client)).toMatchObject({ SecretString: "third", ...labels });
    expect(await value(client, { VersionStage: "AWSPREVIOUS" })).toMatchObject({
      SecretString: "second",
      VersionStages: ["AWSPREVIOUS"],
    });
    await put(client, "fourth");
    expect((await value(client)).VersionStages).toEqual(["AWSCURRENT"]);
    expect(await value(client, { VersionStage: "MINE" })).toMatchObject({ SecretString: "third" });
  });

  test("cannot be read by a label that there is none of", async () => {
    const { client } = await secrets();
    const refused = await refusal(value(client, { VersionStage: "AWSPREVIOUS" }));
    expect(refused.name).toBe("ResourceNotFoundException");
  });

  test("must be a text", async () => {
    const { client } = await secrets();
    const SecretBinary = new Uint8Array([0, 0xff]);
    const refused = await refusal(client.send(new PutSecretValueCommand({ SecretId: arn, SecretBinary })));
    expect(refused.name).toBe("InvalidParameterException");
  });
});

describe("with a directory", () => {
  test("a value that was set survives a restart; the template's value does not come back", async () => {
    const directory = await directoryForThisTest();
    const first = await secrets({ directory });
    await put(first.client, "set by the owner");
    await first.aws.close();
    const second = await secrets({ directory });
    expect(await value(second.client)).toMatchObject({ SecretString: "set by the owner" });
    expect(await value(second.client, { VersionStage: "AWSPREVIOUS" })).toMatchObject({
      SecretString: "first",
    });
  });

  test("the file is for its owner only, and whole after many writes at once", async () => {
    const directory = await directoryForThisTest();
    const { client } = await secrets({ directory });
    await Promise.all(Array.from({ length: 20 }, (_, n) => put(client, `value ${n}`)));
    const path = join(directory, "secrets.json");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, "utf8"))[0].versions).toHaveLength(21);
  });
});
