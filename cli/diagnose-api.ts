import type { DeploymentView } from "../contract/operator-actions.ts";
import { sessionRoutes } from "../contract/session-routes.ts";
import { type ApiAnswer, type ApiClient, ApiUnreachable } from "./api-client.ts";
import { type Check, type CheckName, ok, problem, skipped, together } from "./checks.ts";
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

/** Logs in end to end, with a code that WeChat must refuse. Where it is known to fail, it is not tried: it would set off alarms. */
export async function loginCheck(
  ask: ApiClient,
  { secrets }: DeploymentView,
  before: Before,
  commands: CommandsToRun,
): Promise<Check> {
  const { words } = commands;
  const cause = problemIn(before, (name) => name.startsWith("AppSecret") || name === weChatName);
  if (cause) return skipped(loginName, cause, words);
  const appId = secrets[0]?.appId;
  const answer = await tried(ask({ route: "POST /login", body: { code: madeUpCode, appId } }));
  if (answer instanceof ApiUnreachable) return unreachable(loginName, answer, commands);
  if (answer.code === "invalid_code") {
    return ok(loginName, words.loginWorks);
  }
  if (answer.code === "too_many_attempts") {
    return problem(loginName, words.tooManyCodes, words.waitForCodes);
  }
  const known = problemIn(before, (name) => name === functionsName || name === presence);
  if (answer.status >= 500 && known) return skipped(loginName, known, words);
  const found = words.loginAnswers(statusOf(answer));
  return problem(loginName, found, adviceFor(answer, "ANY /login", commands));
}

/** Whether each route of sessions asks for one, and whether the authorizer refuses one that nobody has. */
export async function sessionsCheck(ask: ApiClient, before: Before, commands: CommandsToRun): Promise<Check> {
  const { words } = commands;
  const open = sessionRoutes.map(async (route) => {
    const answer = await tried(ask({ route: route.replace("{id}", "made-up") }));
    return { route, answer, expected: 401, session: "none" } as const;
  });
  const [unauthorized, made] = await Promise.all([
    Promise.all(open),
    tried(ask({ route: "GET /session", session: madeUpSession })),
  ]);
  const answers = [
    ...unauthorized,
    { route: "GET /session", answer: made, expected: 403, session: "made-up" } as const,
  ];
  const down = answers.map(({ answer }) => answer).find((answer) => answer instanceof ApiUnreachable);
  if (down) return unreachable(sessionsName, down, commands);

  const known = problemIn(before, (name) => name === functionsName || name === presence);
  const wrong = answers.flatMap(({ route, answer, expected, session }) => {
    if (answer instanceof ApiUnreachable || answer.status === expected) return [];
    if (answer.status === 500 && known) return [skipped(sessionsName, known, words)];
    const found = words.routeAnswers(route, statusOf(answer), session, expected);
    return [problem(sessionsName, found, adviceFor(answer, route, commands))];
  });
  if (wrong.length > 0 && wrong.every(({ state }) => state === "skipped") && known)
    return skipped(sessionsName, known, words);
  return together(sessionsName, wrong, words.sessionsWork(sessionRoutes.length), words);
}

async function tried(call: Promise<ApiAnswer>): Promise<ApiAnswer | ApiUnreachable> {
  return call.catch((error: unknown) => {
    if (error instanceof ApiUnreachable) return error;
    throw error;
  });
}

function problemIn(checks: Before, isIt: (name: CheckName) => boolean): CheckName | undefined {
  return checks.find(({ check, state }) => state === "problem" && isIt(check))?.check;
}

function statusOf({ status, code }: ApiAnswer): string {
  return code === undefined ? `${status}` : `${status} ${code}`;
}

function unreachable(
  name: CheckName,
  { why }: ApiUnreachable,
  { onLaptop, deploy, words, proxyWords }: CommandsToRun,
): Check {
  const inWords = typeof why === "object" ? proxyWords[why.flaw](why.proxy, why.what) : why;
  const found = words.apiUnreachable(inWords ?? words.noAnswerInTime);
  return problem(name, found, onLaptop ? words.runAgain(deploy) : words.checkNetwork);
}

function adviceFor(
  { status, code }: ApiAnswer,
  route: string,
  { putBack, loginLog, words }: CommandsToRun,
): string {
  if (status === 404) return words.routeMissing(putBack, route);
  if (status === 429) return words.routeThrottled;
  return code === undefined ? words.routeChanged(putBack, route) : loginLog;
}
