import { expect, test } from "vitest";
import type { Fault, InterceptedCall } from "../../local/aws/endpoint.ts";
import { sample } from "../../local/sample.ts";
import { boundTo } from "../support/bound-to.ts";
import { type Answer, type StackOnLaptop, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const { username, password, userId } = sample;

const firstLogin = (stack: StackOnLaptop, person: string) =>
  stack.login({ code: stack.simulator.login(person), username, password });
const silentLogin = (stack: StackOnLaptop, person: string) =>
  stack.login({ code: stack.simulator.login(person) });

/** A login that is ready to go; what comes before it has gone well. */
type Flow = (stack: StackOnLaptop, person: string) => Promise<() => Promise<Answer>>;
/** `killedAfter`: how many of its calls were made by then; left out, each number from none to all. */
const flows: [what: string, prepare: Flow, calls: string[], killedAfter?: number[]][] = [
  [
    "a silent login",
    async (stack, person) => {
      await firstLogin(stack, person);
      return () => silentLogin(stack, person);
    },
    ["GetSecretValue", "GetItem", "PutItem"],
  ],
  [
    "a first login",
    async (stack, person) => () => firstLogin(stack, person),
    [
      ...["GetSecretValue", "UpdateItem", "GetItem", "GetItem", "Invoke"],
      ...["GetItem", "GetItem", "TransactWriteItems", "UpdateItem"],
    ],
  ],
  [
    "a login with a ticket",
    async (stack, person) => {
      const { bindTicket } = (await silentLogin(stack, person)).body;
      return () => stack.login({ bindTicket, username, password });
    },
    [
      // The AppSecret is there before anybody asks for it.
      ...["GetSecretValue", "UpdateItem", "UpdateItem", "GetItem", "GetItem", "Invoke"],
      ...["GetItem", "GetItem", "TransactWriteItems", "UpdateItem"],
    ],
    // Where it differs from a first login.
    [0, 1, 2, 8, 9, 10],
  ],
];

// Each on a stack of its own, side by side: they mostly wait for processes to start.
test.concurrent.for(flows)(
  "%s, killed between any two steps: never half a binding, and the next login works",
  async ([, prepare, calls, killedAfter = [...calls.keys(), calls.length]], { onTestFinished }) => {
    let intercept: (call: InterceptedCall) => Promise<Fault | undefined> = async () => undefined;
    const stack = await startStackOnLaptop({
      // Fewer counters, fewer steps that are alike.
      environment: { ATTEMPTS_PER_SOURCE_IP: "0", ATTEMPTS_PER_USERNAME: "0" },
      intercept: (call) => intercept(call),
    });
    onTestFinished(() => stack.close());
    const { laptop } = stack;
    const nameOf = ({ action }: InterceptedCall) => action.split(":")[1] ?? "";

    // The account's first login replaces the hash that it was imported with.
    await firstLogin(stack, "somebody before");
    const undisturbed = await prepare(stack, "undisturbed");
    await laptop.functions.recycle();
    const made: string[] = [];
    intercept = async (call) => void made.push(nameOf(call));
    expect((await undisturbed()).status).toBe(200);
    expect(made.sort()).toEqual(calls.toSorted());

    intercept = async () => undefined;
    const victims: { person: string; steps: number; go: () => Promise<Answer> }[] = [];
    for (const steps of killedAfter) {
      const person = `killed after ${steps} of ${calls.length} steps`;
      victims.push({ person, steps, go: await prepare(stack, person) });
    }
    const sessionsBefore = (await scan(laptop, "Sessions")).length;

    for (const { person, steps, go } of victims) {
      await laptop.functions.recycle();
      const reached = Promise.withResolvers<void>();
      const killed = Promise.withResolvers<void>();
      let made = 0;
      intercept = async (call) => {
        made++;
        // The last victim dies when all is done, before it hears of it.
        const isDone = made === calls.length && steps === calls.length;
        if (isDone) await laptop.dynamoDb.call(nameOf(call), call.input);
        else if (made !== steps + 1) return undefined;
        reached.resolve();
        await killed.promise;
        return { kind: "drop" };
      };
      const answer = go();
      await Promise.race([reached.promise, answer]);
      await laptop.functions.recycle();
      killed.resolve();
      expect(await answer, person).toMatchObject({ status: 500, body: { message: "Internal Server Error" } });
    }
    // The last of them wrote its session; the bind goes beside what is given back, so that the one before may have, too.
    const orphans = (await scan(laptop, "Sessions")).length - sessionsBefore;
    expect([1, 2]).toContain(orphans);

    intercept = async () => undefined;
    for (const { person } of victims) {
      const { byIdentity, byAccounts } = await boundTo(stack, person);
      expect(byIdentity, person).toEqual(byAccounts);
      const newBinding = byIdentity.length === 0;
      expect(await firstLogin(stack, person), person).toMatchObject({
        status: 200,
        body: { userId, newBinding },
      });
      expect(await boundTo(stack, person)).toEqual({ byIdentity: [userId], byAccounts: [userId] });
    }
  },
);
