import { seededNumbers } from "../seeded-numbers.ts";
import { type Answer, addAccount, type StackOnLaptop } from "../stack-on-laptop.ts";
import { asked, type LoginOperation } from "./login-model.ts";

const phones = 4;
const actsPerPhone = 4;

type Steps = LoginOperation["steps"];

/** What comes of phones and operators that all work at once on one identity and one account, with real processes. */
export async function laptopHistory(stack: StackOnLaptop, seed: number): Promise<LoginOperation[]> {
  const below = seededNumbers(seed);
  const username = `person ${seed}`;
  const account = { username, password: "the right password", userId: `u_${seed}` };
  await addAccount(stack.laptop, account);
  const history: LoginOperation[] = [];
  const sessions: string[] = [];
  let order = 0;

  async function record(what: string, act: () => Promise<Steps>): Promise<void> {
    const called = ++order;
    const steps = await act();
    history.push({ what, called, answered: ++order, steps });
  }

  const logIn = async (credentials?: { username: string; password: string }): Promise<Steps> => {
    const { status, body } = await stack.login({ code: stack.simulator.login(username), ...credentials });
    if (status >= 500) throw new Error(`A login is answered ${status}`);
    if (status === 200) sessions.push(body.sessionId);
    const answer =
      status === 200 ? { session: body.sessionId, newBinding: body.newBinding } : { code: body.code };
    return credentials ? asked.withPassword("0", answer) : asked.silently(answer);
  };
  const withSession = async (
    route: string,
    steps: (session: string, told: boolean) => Steps,
  ): Promise<Steps> => {
    const session = sessions[below(sessions.length)];
    if (session === undefined) return [];
    const { status }: Answer = await stack.call(route, { session });
    if (status >= 500) throw new Error(`${route} is answered ${status}`);
    return steps(session, status < 300);
  };
  const operate = async (action: Parameters<StackOnLaptop["admin"]>[0], steps: Steps): Promise<Steps> => {
    const answer = await stack.admin(action);
    if (answer.refused === "store_unavailable") throw new Error("An operator is told that a store is away");
    return answer.refused === undefined ? steps : [];
  };
  const of = { userId: account.userId };
  const acts: readonly [what: string, act: () => Promise<Steps>][] = [
    ["silent login", () => logIn()],
    ["silent login", () => logIn()],
    ["login with password", () => logIn(account)],
    ["login with password", () => logIn(account)],
    ["GET /session", () => withSession("GET /session", asked.authorize)],
    ["GET /session", () => withSession("GET /session", asked.authorize)],
    ["DELETE /session", () => withSession("DELETE /session", asked.logOut)],
    ["DELETE /sessions", () => withSession("DELETE /sessions", asked.logOutEverywhere)],
    ["DELETE /binding", () => withSession("DELETE /binding", asked.unbind)],
    ["sessions.revoke", () => operate({ action: "sessions.revoke", of }, asked.revoke())],
    ["bindings.remove", () => operate({ action: "bindings.remove", of }, asked.removeBinding())],
    ["accounts.disable", () => operate({ action: "accounts.disable", account: username }, asked.disable())],
    ["accounts.enable", () => operate({ action: "accounts.enable", account: username }, asked.enable())],
  ];

  await record("first login", () => logIn(account));
  await Promise.all(
    Array.from({ length: phones }, async () => {
      for (let number = 0; number < actsPerPhone; number++) {
        const [what, act] = acts[below(acts.length)] ?? ["nothing", async () => []];
        await record(what, act);
      }
    }),
  );
  return history;
}
