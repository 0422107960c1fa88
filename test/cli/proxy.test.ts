import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { apiClient } from "../../cli/api-client.ts";
import { openPort } from "../../local/port.ts";
import { fakeApi } from "../support/fake-api.ts";
import { fakeAws, operatorKey } from "../support/fake-aws.ts";
import { inTls, loggingProxy } from "../support/logging-proxy.ts";
import { runHere } from "../support/operator.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

const show = ["accounts", "show", "lisi", "--stack", "WeappLogin"];
const account = { username: "lisi", userId: "u_1", disabled: false, bindings: [] };
const hosts = ["cloudformation.us-east-1.amazonaws.com:443", "lambda.us-east-1.amazonaws.com:443"];

/** An AWS over TLS, and an environment that knows nothing but this. Resolves to its port. */
async function awsOverTls(environment: Record<string, string> = {}): Promise<number> {
  // Asked under the names that AWS has.
  const port = await openPort({ guard: () => undefined });
  const aws = await fakeAws({ admin: () => ({ account }), port });
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await aws.close();
  });
  const known = {
    AWS_ACCESS_KEY_ID: operatorKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operatorKey.secretAccessKey,
    AWS_REGION: "us-east-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    // The certificate is nobody's.
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
    ...environment,
  };
  const proxies = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];
  for (const name of ["AWS_PROFILE", ...proxies]) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(known)) vi.stubEnv(name, value);
  return inTls(aws.url);
}

describe("the proxy that HTTPS_PROXY names", () => {
  test.each(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])(
    "(as %s) sees the command line's calls",
    async (name) => {
      const proxy = await loggingProxy({ port: await awsOverTls() });
      vi.stubEnv(name, `http://${proxy.host}`);
      expect(await runHere(show)).toMatchObject({ exit: 0, stderr: "" });
      expect(proxy.asked).toEqual(hosts);
      expect(proxy.authorizations).toEqual([undefined, undefined]);
    },
  );

  test("may speak TLS itself, and is told user and password", async () => {
    const proxy = await loggingProxy({ port: await awsOverTls() });
    const tls = await inTls(`http://${proxy.host}`);
    vi.stubEnv("HTTPS_PROXY", `https://li:s%40cret@localhost:${tls}`);
    expect(await runHere(show)).toMatchObject({ exit: 0, stderr: "" });
    expect(proxy.asked).toEqual(hosts);
    const basic = `Basic ${Buffer.from("li:s@cret").toString("base64")}`;
    expect(proxy.authorizations).toEqual([basic, basic]);
  });

  test("is asked for what stands in AWS's place, too, unless NO_PROXY has it", async () => {
    const port = await awsOverTls();
    const proxy = await loggingProxy({ port });
    vi.stubEnv("HTTPS_PROXY", `http://${proxy.host}`);
    const words = [...show, "--endpoint-url", `https://localhost:${port}`];
    expect(await runHere(words)).toMatchObject({ exit: 0 });
    expect(proxy.asked).toEqual([`localhost:${port}`]);
    vi.stubEnv("NO_PROXY", "example.com,localhost");
    expect(await runHere(words)).toMatchObject({ exit: 0 });
    expect(proxy.asked).toHaveLength(1);
  });

  test("sees what doctor asks the API", async () => {
    await awsOverTls();
    const proxy = await loggingProxy({ port: await inTls((await fakeApi()).url) });
    vi.stubEnv("HTTPS_PROXY", `http://${proxy.host}`);
    const ask = apiClient("https://abc123.execute-api.us-east-1.amazonaws.com", new AbortController().signal);
    expect(await ask({ route: "GET /session" })).toEqual({ status: 401 });
    expect(proxy.asked).toEqual(["abc123.execute-api.us-east-1.amazonaws.com:443"]);
  });

  test.each([
    [407, "wants a user and a password"],
    [403, `refuses ${hosts[0]} (403)`],
  ])("that answers %i is named, without its password", async (status, why) => {
    await awsOverTls();
    const proxy = await loggingProxy({ status });
    vi.stubEnv("HTTPS_PROXY", `http://li:s3cret@${proxy.host}`);
    expect(await runHere(show)).toEqual({
      exit: 3,
      stdout: "",
      stderr: `The proxy ${proxy.host} (HTTPS_PROXY) ${why}. Check HTTPS_PROXY and NO_PROXY.\n`,
    });
  });

  test.each([
    ["http://li:s3cret@localhost:1", "连不上 HTTPS_PROXY 里的代理 localhost:1，原因是 ECONNREFUSED"],
    ["socks5://li:s3cret@proxy:1", "HTTPS_PROXY 里 proxy:1 用的是 socks5://，只支持 http:// 和 https://"],
    ["http://", "HTTPS_PROXY 不是网址，应当写成 http://proxy.example:8080 这样"],
  ])("%s is told in Chinese, too", async (url, why) => {
    await awsOverTls({ HTTPS_PROXY: url });
    const { stderr } = await runHere(show, { locale: "zh_CN.UTF-8" });
    expect(stderr).toBe(`${why}。请检查 HTTPS_PROXY 和 NO_PROXY。\n`);
  });

  test.each([
    ["http://li:s3cret@localhost:1", "The proxy localhost:1 (HTTPS_PROXY) cannot be reached (ECONNREFUSED)"],
    [
      "socks5://li:s3cret@proxy:1",
      "HTTPS_PROXY names proxy:1 with socks5://, and only http:// and https:// will do",
    ],
    ["http://", "HTTPS_PROXY is no URL, such as http://proxy.example:8080"],
  ])("%s is exit code 3, and says why", async (url, why) => {
    await awsOverTls({ HTTPS_PROXY: url });
    const { exit, stdout } = await runHere([...show, "--json"]);
    expect(exit).toBe(3);
    const { error } = JSON.parse(stdout);
    expect(error).toEqual({ code: "not_reachable", detail: `${why}. Check HTTPS_PROXY and NO_PROXY.` });
  });

  test("sees the calls for credentials, too", async () => {
    const proxy = await loggingProxy({ status: 502 });
    const home = await directoryForThisTest();
    const start = "https://example.awsapps.com/start";
    const cache = join(home, ".aws", "sso", "cache");
    await mkdir(cache, { recursive: true });
    const token = {
      accessToken: "token",
      expiresAt: "2999-01-01T00:00:00Z",
      startUrl: start,
      region: "us-east-1",
    };
    const hash = createHash("sha1").update(start).digest("hex");
    await writeFile(join(cache, `${hash}.json`), JSON.stringify(token));
    const profile = {
      sso_start_url: start,
      sso_region: "us-east-1",
      sso_account_id: "1",
      sso_role_name: "Admin",
    };
    const lines = Object.entries(profile).map(([name, value]) => `${name} = ${value}\n`);
    await writeFile(join(home, ".aws", "config"), `[profile sso]\nregion = us-east-1\n${lines.join("")}`);
    const child = spawn(process.execPath, ["bin/weapp-login.cjs", ...show, "--profile", "sso"], {
      env: { PATH: process.env.PATH, HOME: home, HTTPS_PROXY: `http://${proxy.host}` },
    });
    const stderr = text(child.stderr);
    expect(await once(child, "close")).toEqual([3, null]);
    expect(new Set(proxy.asked)).toEqual(new Set(["portal.sso.us-east-1.amazonaws.com:443"]));
    expect(await stderr).toContain(`The proxy ${proxy.host} (HTTPS_PROXY) refuses`);
  });
});
