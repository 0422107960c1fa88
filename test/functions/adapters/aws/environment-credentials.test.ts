import { expect, test } from "vitest";
import { environmentCredentials } from "../../../../functions/adapters/aws/environment-credentials.ts";

const whole = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "token" };

test("are what Lambda puts into the environment, as it is at that moment", () => {
  const environment: Record<string, string> = { ...whole };
  expect(environmentCredentials(environment)).toEqual({
    accessKeyId: "AKID",
    secretAccessKey: "secret",
    sessionToken: "token",
  });
  environment.AWS_ACCESS_KEY_ID = "another";
  expect(environmentCredentials(environment).accessKeyId).toBe("another");
});

test.each([[{ AWS_SESSION_TOKEN: undefined }], [{ AWS_SESSION_TOKEN: "" }]])(
  "go without a session token: %j",
  (changed) => {
    expect(environmentCredentials({ ...whole, ...changed })).toEqual({
      accessKeyId: "AKID",
      secretAccessKey: "secret",
    });
  },
);

test.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("are none without %s", (name) => {
  for (const value of [undefined, ""]) {
    expect(() => environmentCredentials({ ...whole, [name]: value })).toThrow(
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set. In Lambda they are.",
    );
  }
});
