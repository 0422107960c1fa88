import { appIdsOf, variableOf } from "./assembly.ts";
import type { Laptop } from "./laptop.ts";
import { sample } from "./sample.ts";

export interface GuideOptions {
  readonly laptop: Laptop;
  readonly simulatorUrl: string | undefined;
  readonly weChatUrl: string | undefined;
  readonly dataDirectory: string | undefined;
}

/** Says what runs where, and how to try it: every line can be pasted into a shell as it is. */
export function printGuide({ laptop, simulatorUrl, weChatUrl, dataDirectory }: GuideOptions): void {
  const deployment = deploymentOf(laptop);
  console.log(`
weapp-login is ready.

  ${simulatorUrl === undefined ? "" : `playground        ${laptop.url}/   the flow in a browser, with all that it sets off\n  `}API               ${laptop.url}   ${laptop.assembly.routes.map(({ routeKey }) => routeKey).join(", ")}
  WeChat            ${weChatUrl ?? `${simulatorUrl}   a simulator, controls under /_sim/`}
  AWS endpoints     ${laptop.awsUrl}   DynamoDB, Secrets Manager, Lambda, CloudFormation
  command line      npx weapp-login --help   (with --local)
  account to try    ${deployment.passwords ? `${sample.username} / ${sample.password}` : "none: the first login makes one"}
  data              ${dataDirectory ?? "in memory, gone at the end (npm start -- --data DIR keeps it)"}
`);
  if (simulatorUrl !== undefined)
    console.log(`Try it, in another terminal:\n\n${steps(laptop.url, simulatorUrl, deployment)}\n`);
  console.log("Ctrl-C ends everything. The functions' logs follow.\n");
}

interface Deployment {
  readonly passwords: boolean;
  /** Sent along only where several mini-programs are served. */
  readonly appId: { readonly appId?: string };
}

function deploymentOf({ assembly }: Laptop): Deployment {
  const [appId, another] = appIdsOf(assembly);
  return {
    passwords: variableOf(assembly, "VERIFIER_FUNCTION") !== undefined,
    appId: appId !== undefined && another !== undefined ? { appId } : {},
  };
}

/**
 * The main flow as numbered comments, each with one line for the shell. The comments have no quotes: a shell that does
 * not know comments at its prompt (zsh) then only says so.
 */
export function steps(url: string, simulatorUrl: string, { passwords, appId }: Deployment): string {
  const post = "curl -s -H 'content-type: application/json'";
  const code = `code=$(${post} ${simulatorUrl}/_sim/login -d '{"user":"alice"}' | sed -n 's/.*"code": *"\\([^"]*\\).*/\\1/p')`;
  const login = (body: string) =>
    `answer=$(${post} ${url}/login -d "${body}"); session=$(echo "$answer" | sed -n 's/.*"sessionId": *"\\([^"]*\\).*/\\1/p'); echo "$answer"`;
  const quoted = (fields: Record<string, string>) => JSON.stringify(fields).replaceAll('"', '\\"');
  const bearer = '-H "Authorization: Bearer $session"';
  const { username, password } = sample;
  const lines: [what: string, line: string][] = [
    ["wx.login on the phone of Alice", code],
    [
      passwords ? "first login: binds the WeChat of Alice to zhangsan" : "first login: makes an account",
      login(quoted({ code: "$code", ...appId, ...(passwords && { username, password }) })),
    ],
    ["who am I", `curl -s ${url}/session ${bearer}; echo`],
    ["a protected Lambda", `curl -s ${url}/hello ${bearer}; echo`],
    ["silent login: a new code is enough", `${code}; ${login(quoted({ code: "$code", ...appId }))}`],
    ["log out", `curl -s -o /dev/null -w '%{http_code}\\n' -X DELETE ${url}/session ${bearer}`],
    ["the session is refused now", `curl -s -w ' %{http_code}\\n' ${url}/session ${bearer}`],
  ];
  return lines.map(([what, line], index) => `# ${index + 1}. ${what}\n${line}`).join("\n");
}
