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
  console.log(`
weapp-login is ready.

  API               ${laptop.url}   ${laptop.assembly.routes.map(({ routeKey }) => routeKey).join(", ")}
  WeChat            ${weChatUrl ?? `${simulatorUrl}   a simulator, controls under /_sim/`}
  AWS endpoints     ${laptop.awsUrl}   DynamoDB, Secrets Manager, Lambda, CloudFormation
  command line      npx weapp-login --help   (with --local)
  account to try    ${sample.username} / ${sample.password}
  data              ${dataDirectory ?? "in memory, gone at the end (npm start -- --data DIR keeps it)"}
`);
  if (simulatorUrl !== undefined)
    console.log(`Try it, in another terminal:\n\n${steps(laptop.url, simulatorUrl)}\n`);
  console.log("Ctrl-C ends everything. The functions' logs follow.\n");
}

/** The main flow as numbered comments, each with one line for the shell. */
export function steps(url: string, simulatorUrl: string): string {
  const post = "curl -s -H 'content-type: application/json'";
  const code = `code=$(${post} ${simulatorUrl}/_sim/login -d '{"user":"alice"}' | sed -n 's/.*"code": *"\\([^"]*\\).*/\\1/p')`;
  const login = (body: string) =>
    `answer=$(${post} ${url}/login -d "${body}"); session=$(echo "$answer" | sed -n 's/.*"sessionId": *"\\([^"]*\\).*/\\1/p'); echo "$answer"`;
  const quoted = (fields: Record<string, string>) => JSON.stringify(fields).replaceAll('"', '\\"');
  const bearer = '-H "Authorization: Bearer $session"';
  const lines: [what: string, line: string][] = [
    ["wx.login on Alice's phone", code],
    [
      "first login: binds Alice's WeChat to zhangsan",
      login(quoted({ code: "$code", username: sample.username, password: sample.password })),
    ],
    ["who am I", `curl -s ${url}/session ${bearer}; echo`],
    ["a protected Lambda", `curl -s ${url}/hello ${bearer}; echo`],
    ["silent login: a new code is enough", `${code}; ${login(quoted({ code: "$code" }))}`],
    ["log out", `curl -s -o /dev/null -w '%{http_code}\\n' -X DELETE ${url}/session ${bearer}`],
    ["the session is refused now", `curl -s -w ' %{http_code}\\n' ${url}/session ${bearer}`],
  ];
  return lines.map(([what, line], index) => `# ${index + 1}. ${what}\n${line}`).join("\n");
}
