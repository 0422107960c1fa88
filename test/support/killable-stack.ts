import { onTestFinished } from "vitest";
import type { FunctionDescription } from "../../local/assembly.ts";
import type { AwsEndpointOptions } from "../../local/aws/endpoint.ts";
import { serverForThisTest } from "./server.ts";
import { type StackOnLaptop, startStackOnLaptop } from "./stack-on-laptop.ts";

/** A call that a function makes outside: `login TransactWriteItems 1` is login's first. */
type CallName = string;

/** Where a function dies: before its call is carried out, or after it, without having heard of it. */
export interface KillPoint {
  readonly call: CallName;
  readonly when: "before" | "after";
}

export interface KillableStack {
  readonly stack: StackOnLaptop;
  /** Does something and tells which calls that took, in the order in which they came. */
  watched(act: () => Promise<unknown>): Promise<CallName[]>;
  /** Does something and kills the function at that point; whether it was reached. What the caller is told is left aside. */
  killed(point: KillPoint, act: () => Promise<unknown>): Promise<boolean>;
}

/** The stack with every outside call of its functions, to AWS and to WeChat, in the test's hands. Ends with the test. */
export async function startKillableStack(): Promise<KillableStack> {
  let seen: CallName[] = [];
  let point: KillPoint | undefined;
  let isKilled = false;
  /** Undefined while it is started, when nobody is killed. */
  let started: StackOnLaptop | undefined;

  /** Called with each call that arrives: whether, and when, its function is to die. */
  function arrival(fn: string, operation: string): KillPoint["when"] | undefined {
    const before = seen.filter((call) => call.startsWith(`${fn} ${operation} `)).length;
    const call = `${fn} ${operation} ${before + 1}`;
    seen.push(call);
    if (call !== point?.call || isKilled) return undefined;
    isKilled = true;
    return point.when;
  }
  const kill = async (fn: FunctionDescription | undefined) => {
    if (fn) await started?.laptop.functions.recycle(fn.arn);
  };

  const intercept: AwsEndpointOptions["intercept"] = async ({ principal, action }) => {
    // The name of a role's session is the function's; operators have none.
    const fn = started?.laptop.functions.find(principal.arn.slice(principal.arn.lastIndexOf("/") + 1));
    const when = fn && arrival(fn.label, action.split(":")[1] ?? action);
    if (when === "after") return { kind: "lose-reply", meanwhile: () => kill(fn) };
    if (when === "before") await kill(fn);
    return when && { kind: "drop" };
  };

  // Only login asks WeChat here.
  const weChat = await serverForThisTest(async (request, response) => {
    const when = arrival("login", "code2session");
    const login = started?.laptop.assembly.functions.find(({ label }) => label === "login");
    if (when === "before") await kill(login);
    if (when !== "before") {
      const answer = await fetch(`${started?.simulator.url}${request.url}`);
      const body = await answer.text();
      if (when === "after") await kill(login);
      else response.writeHead(answer.status).end(body);
    }
    if (when) request.socket.destroy();
  });

  const stack = await startStackOnLaptop({
    weChatUrl: weChat,
    environment: { ATTEMPTS_PER_IDENTITY: "1000", ATTEMPTS_PER_SOURCE_IP: "0", ATTEMPTS_PER_USERNAME: "0" },
    intercept,
  });
  started = stack;
  onTestFinished(() => stack.close());

  async function during(at: KillPoint | undefined, act: () => Promise<unknown>): Promise<void> {
    seen = [];
    point = at;
    isKilled = false;
    await act();
    point = undefined;
  }
  return {
    stack,
    async watched(act) {
      await during(undefined, act);
      return seen;
    },
    async killed(at, act) {
      // Whoever asked is told that the function has failed, in one way or another.
      await during(at, () => act().catch(() => {}));
      return isKilled;
    },
  };
}
