import { appIdsOf, variableOf } from "./assembly.ts";
import type { Laptop } from "./laptop.ts";
import { sample } from "./sample.ts";

export interface GuideOptions {
  readonly laptop: Laptop;
  readonly simulatorUrl: string | undefined;
  readonly playgroundUrl: string | undefined;
  readonly weChatUrl: string | undefined;
  readonly dataDirectory: string | undefined;
}

/** Says what runs where, and how to try it: every line can be pasted into a shell as it is. */
export function printGuide(options: GuideOptions): void {
  const { laptop, simulatorUrl, playgroundUrl, weChatUrl, dataDirectory } = options;
  const { url, awsUrl, assembly } = laptop;
  const routes = assembly.routes.map(({ routeKey }) => routeKey).join(", ");
  const [appId, another] = appIdsOf(assembly);
  const passwords = variableOf(assembly, "VERIFIER_FUNCTION") !== undefined;
  const hello = assembly.routes.some(({ routeKey }) => routeKey === "GET /hello");
  const local = new URL(awsUrl).port === defaultAwsPort ? "--local" : `--local ${awsUrl}`;
  const rows: (readonly [what: string, where: string])[] = [
    ["API", `${url}   ${routes}`],
    ["WeChat", weChatUrl ?? `${simulatorUrl}   a simulator, controls under /_sim/`],
    ["AWS endpoints", `${awsUrl}   DynamoDB, Secrets Manager, Lambda, CloudFormation`],
    ["command line", `npx --no -- weapp-login --help   (with ${local})`],
    [
      "account to try",
      passwords ? `${sample.username} / ${sample.password}` : "none: the first login makes one",
    ],
    ["data", dataDirectory ?? "in memory, gone at the end (npm start -- --data DIR keeps it)"],
  ];
  if (playgroundUrl !== undefined) {
    rows.unshift(["playground", `${playgroundUrl}   the flow in a browser, with all that it sets off`]);
  }
  const table = rows.map(([what, where]) => `  ${what.padEnd(17)} ${where}\n`).join("");
  console.log(`\nweapp-login is ready.\n\n${table}`);
  if (simulatorUrl !== undefined) {
    const trial = { passwords, hello, ...(another !== undefined && { appId }) };
    console.log(`Try it, in another terminal:\n\n${steps(url, simulatorUrl, trial)}\n`);
  }
  console.log("Ctrl-C ends everything. The functions' logs follow.\n");
}

/** Where the command line looks for the laptop if it is not told. */
const defaultAwsPort = "3002";

interface Trial {
  readonly passwords: boolean;
  /** Whether there is a protected Lambda to call. */
  readonly hello: boolean;
  /** Sent along only where several mini-programs are served. */
  readonly appId?: string | undefined;
}

/**
 * The main flow as numbered comments, each with one line for the shell. The comments have no quotes: a shell that does
 * not know comments at its prompt (zsh) then only says so.
 */
export function steps(url: string, simulatorUrl: string, { passwords, hello, appId }: Trial): string {
  const post = "curl -s -H 'content-type: application/json'";
  const code = `code=$(${post} ${simulatorUrl}/_sim/login -d '{"user":"alice"}' | sed -n 's/.*"code": *"\\([^"]*\\).*/\\1/p')`;
  const login = (fields: Record<string, string>) => {
    const body = JSON.stringify({ code: "$code", ...(appId !== undefined && { appId }), ...fields });
    const sent = `${post} ${url}/login -d "${body.replaceAll('"', '\\"')}"`;
    return `answer=$(${sent}); session=$(echo "$answer" | sed -n 's/.*"sessionId": *"\\([^"]*\\).*/\\1/p'); echo "$answer"`;
  };
  const bearer = '-H "Authorization: Bearer $session"';
  const { username, password } = sample;
  const lines: [what: string, line: string][] = [
    ["wx.login on the phone of Alice", code],
    passwords
      ? ["first login: binds the WeChat of Alice to zhangsan", login({ username, password })]
      : ["first login: makes an account", login({})],
    ["who am I", `curl -s ${url}/session ${bearer}; echo`],
    ...(hello
      ? [["a protected Lambda", `curl -s ${url}/hello ${bearer}; echo`] satisfies [string, string]]
      : []),
    ["silent login: a new code is enough", `${code}; ${login({})}`],
    ["log out", `curl -s -o /dev/null -w '%{http_code}\\n' -X DELETE ${url}/session ${bearer}`],
    ["the session is refused now", `curl -s -w ' %{http_code}\\n' ${url}/session ${bearer}`],
  ];
  return lines.map(([what, line], index) => `# ${index + 1}. ${what}\n${line}`).join("\n");
}
