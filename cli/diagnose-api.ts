import type { DeploymentView } from "../contract/operator-actions.ts";
import { sessionRoutes } from "../contract/session-routes.ts";
import { type ApiAnswer, type ApiClient, ApiUnreachable } from "./api-client.ts";
import { type Check, ok, problem, skipped, together } from "./checks.ts";
import type { CommandsToRun } from "./commands-to-run.ts";
import { functionsName } from "./diagnose-functions.ts";
import { weChatName } from "./diagnose-secrets.ts";
import { presence } from "./diagnose-tables.ts";

/** Not what WeChat's codes are made of, so nobody ever gets it. */
const madeUpCode = "made-up-by-doctor-to-be-refused";
/** As long as a SessionId, and nobody's. */
const madeUpSession = "made-up-by-doctor-to-be-refused".padEnd(64, "-");

export const loginName = "login";
export const sessionsName = "sessions";

/** What was found before, by which a trial's failure may be explained. */
type Before = readonly Check[];

/** Logs in end to end, with a code that WeChat must refuse. Where it is known to fail, it is not tried: it would ring alarms. */
export async function loginCheck(
  ask: ApiClient,
  { secrets }: DeploymentView,
  before: Before,
  commands: CommandsToRun,
): Promise<Check> {
  const cause = problemIn(before, (name) => name.startsWith("AppSecret") || name === weChatName);
  if (cause) return skipped(loginName, cause);
  const appId = secrets[0]?.appId;
  const answer = await tried(ask({ route: "POST /login", body: { code: madeUpCode, appId } }));
  if (answer instanceof ApiUnreachable) return unreachable(loginName, answer, commands);
  if (answer.code === "invalid_code") {
    return ok(loginName, "the API refuses a made-up code, as it must");
  }
  if (answer.code === "too_many_attempts") {
    return problem(
      loginName,
      "too many invalid codes have come from this machine's address",
      "wait a quarter of an hour, and run this again",
    );
  }
  const known = problemIn(before, (name) => [functionsName, presence].includes(name));
  if (answer.status >= 500 && known) return skipped(loginName, known);
  return problem(
    loginName,
    `the API answers ${inWords(answer)} to a made-up code, and not 401 invalid_code`,
    adviceFor(answer, "ANY /login", commands),
  );
}

/** Whether each route of sessions asks for one, and whether the authorizer refuses one that nobody has. */
export async function sessionsCheck(ask: ApiClient, before: Before, commands: CommandsToRun): Promise<Check> {
  const open = sessionRoutes.map(async (route) => {
    const answer = await tried(ask({ route: route.replace("{id}", "made-up") }));
    return { route, answer, expected: 401, session: "no session" };
  });
  const [unauthorized, made] = await Promise.all([
    Promise.all(open),
    tried(ask({ route: "GET /session", session: madeUpSession })),
  ]);
  const answers = [
    ...unauthorized,
    { route: "GET /session", answer: made, expected: 403, session: "a made-up session" },
  ];
  const down = answers.map(({ answer }) => answer).find((answer) => answer instanceof ApiUnreachable);
  if (down) return unreachable(sessionsName, down, commands);

  const known = problemIn(before, (name) => [functionsName, presence].includes(name));
  const wrong = answers.flatMap(({ route, answer, expected, session }) => {
    if (answer instanceof ApiUnreachable || answer.status === expected) return [];
    if (answer.status === 500 && known) return [skipped(sessionsName, known)];
    const found = `${route} answers ${inWords(answer)} to ${session}, and not ${expected}`;
    return [problem(sessionsName, found, adviceFor(answer, route, commands))];
  });
  const fine = `the ${sessionRoutes.length} routes ask for a session, and the authorizer refuses a made-up one`;
  if (wrong.length > 0 && wrong.every(({ state }) => state === "skipped") && known)
    return skipped(sessionsName, known);
  return together(sessionsName, wrong, fine);
}

async function tried(call: Promise<ApiAnswer>): Promise<ApiAnswer | ApiUnreachable> {
  return call.catch((error: unknown) => {
    if (error instanceof ApiUnreachable) return error;
    throw error;
  });
}

function problemIn(checks: Before, isIt: (name: string) => boolean): string | undefined {
  return checks.find(({ check, state }) => state === "problem" && isIt(check))?.check;
}

function inWords({ status, code }: ApiAnswer): string {
  return code === undefined ? `${status}` : `${status} ${code}`;
}

function unreachable(name: string, { why }: ApiUnreachable, { onLaptop, deploy }: CommandsToRun): Check {
  return problem(
    name,
    `the API cannot be reached from here (${why})`,
    onLaptop
      ? `run ${deploy} again`
      : "check the network and HTTPS_PROXY; with a domain of your own, whether its DNS record is what the output DomainTarget says",
  );
}

function adviceFor({ status, code }: ApiAnswer, route: string, { putBack, loginLog }: CommandsToRun): string {
  if (status === 404) return `${putBack}: the route \`${route}\` is not there`;
  if (status === 429)
    return "wait a moment, and run this again: API Gateway throttles the route (`loginRatePerSecond`)";
  if (code === undefined)
    return `${putBack}: the route \`${route}\`, its authorizer, its function or its permission is not what was deployed`;
  return loginLog;
}
