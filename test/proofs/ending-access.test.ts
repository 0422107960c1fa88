import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { InterceptedCall } from "../../local/aws/endpoint.ts";
import {
  type Answer,
  addAccount,
  type StackOnLaptop,
  startStackOnLaptop,
} from "../support/stack-on-laptop.ts";

/** One call of one function to AWS, held back until it is let go. */
interface Hold {
  readonly label: string;
  readonly step: number;
  seen: number;
  readonly reached: () => void;
  readonly released: Promise<void>;
}

const password = "the right password";

let stack: StackOnLaptop;
let hold: Hold | undefined;
beforeAll(async () => {
  stack = await startStackOnLaptop({
    maxInstances: 4,
    environment: { ATTEMPTS_PER_SOURCE_IP: "0" },
    intercept: holdBack,
  });
});
afterAll(() => stack.close());

async function holdBack({ principal }: InterceptedCall): Promise<undefined> {
  if (!hold) return;
  const { label } = hold;
  const fn = stack.laptop.assembly.functions.find((it) => it.label === label);
  if (!fn || !principal.arn.endsWith(`/${fn.name}`)) return;
  if (hold.seen++ !== hold.step) return;
  hold.reached();
  await hold.released;
}

/**
 * Starts `run`, holds the function `label` before its `step`-th call to AWS, does `meanwhile`, and lets go. The result of
 * `run`, and whether it had that many steps.
 */
async function heldAt<T>(
  label: string,
  step: number,
  run: () => Promise<T>,
  meanwhile: () => Promise<unknown>,
) {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  hold = { label, step, seen: 0, reached: reached.resolve, released: released.promise };
  const running = run();
  const wasHeld = await Promise.race([reached.promise.then(() => true), running.then(() => false)]);
  // What is held stays held; whatever else the function does meanwhile runs through.
  hold = undefined;
  await meanwhile();
  released.resolve();
  return { result: await running, wasHeld };
}

interface Person {
  readonly name: string;
  readonly userId: string;
  /** Sessions opened before anything was ended. */
  readonly sessions: string[];
}

const logIn = (name: string, credentials = false) =>
  stack.login({ code: stack.simulator.login(name), ...(credentials && { username: name, password }) });

/** This person's login, held at one of its steps while something is ended. */
const loginHeldAt = (
  step: number,
  person: Person,
  end: (person: Person) => Promise<unknown>,
  credentials = false,
) =>
  heldAt(
    "login",
    step,
    () => logIn(person.name, credentials),
    () => end(person),
  );

let people = 0;
async function newPerson({ bound }: { bound: boolean }): Promise<Person> {
  const name = `person ${++people}`;
  const userId = `u_${people}`;
  await addAccount(stack.laptop, { username: name, password, userId });
  const sessions = bound
    ? [(await logIn(name, true)).body.sessionId, (await logIn(name)).body.sessionId]
    : [];
  return { name, userId, sessions };
}

/** What ends access, and what the next silent login is answered with. */
const endings: Record<string, { end: (person: Person) => Promise<unknown>; next: string }> = {
  "sessions revoke": {
    end: ({ userId }) => stack.admin({ action: "sessions.revoke", of: { userId } }),
    next: "logged in",
  },
  disable: {
    end: ({ name }) => stack.admin({ action: "accounts.disable", account: name }),
    next: "account_disabled",
  },
  "bindings remove": {
    end: ({ userId }) => stack.admin({ action: "bindings.remove", of: { userId } }),
    next: "binding_required",
  },
  passwd: {
    end: ({ name }) =>
      stack.admin({ action: "accounts.passwd", account: name, password: "another password" }),
    next: "binding_required",
  },
  "accounts remove": {
    end: ({ name }) => stack.admin({ action: "accounts.remove", account: name }),
    next: "binding_required",
  },
};

/** What the owner of a session can do; the first of their sessions does it. */
const ownEndings: typeof endings = {
  "DELETE /sessions": {
    end: ({ sessions: [session = ""] }) => stack.call("DELETE /sessions", { session }),
    next: "logged in",
  },
  "DELETE /binding": {
    end: ({ sessions: [session = ""] }) => stack.call("DELETE /binding", { session }),
    next: "binding_required",
  },
};

const isPasswordGone = (ending: string) => ["passwd", "accounts remove"].includes(ending);
/** Of a login with password by a warm instance: two counters, each written and read, and the read of the identity. */
const lastBeforeTheRead = 4;

const outcome = ({ status, body }: Answer) => (status === 200 ? "logged in" : body.code);

async function expectAllRefused(person: Person, underWay?: Answer): Promise<void> {
  const sessions = [...person.sessions, ...(underWay?.status === 200 ? [underWay.body.sessionId] : [])];
  for (const session of sessions) {
    expect((await stack.call("GET /hello", { session })).status).toBe(403);
  }
}

describe.each(Object.entries({ ...endings, ...ownEndings }).slice(0, inject("endings")))(
  "after %s",
  (name, { end, next }) => {
    test("every session is refused on the very next call", async () => {
      const person = await newPerson({ bound: true });
      for (const session of person.sessions) {
        expect((await stack.call("GET /hello", { session })).status).toBe(200);
      }
      await end(person);
      await expectAllRefused(person);
      expect(outcome(await logIn(person.name))).toBe(next);
      await expectAllRefused(person);
    });

    test("a silent login that was under way, at any of its steps, opens nothing, or comes after", async () => {
      await atEveryStep(async (step) => {
        const person = await newPerson({ bound: true });
        const held = await loginHeldAt(step, person, end);
        // Before it has read the identity it counts as one that comes after, where the door stays open.
        await expectAllRefused(person, next === "logged in" && step === 0 ? undefined : held.result);
        expect(outcome(await logIn(person.name))).toBe(next);
        return held.wasHeld;
      });
    });

    test("a login with password that was under way, at any of its steps, opens nothing, or comes after", async () => {
      await atEveryStep(async (step) => {
        const person = await newPerson({ bound: true });
        const held = await loginHeldAt(step, person, end, true);
        // The password is right before and after, unless that is what was ended.
        const wasShut = ["account_disabled"].includes(next) || isPasswordGone(name);
        const hasRead = step > lastBeforeTheRead;
        await expectAllRefused(person, wasShut || hasRead ? held.result : undefined);
        return held.wasHeld;
      });
    });
  },
);

describe.each(Object.entries(endings).slice(0, inject("endings")))("%s", (name, { end, next }) => {
  test("against a first login under way, at any of its steps: what was shut stays shut", async () => {
    await atEveryStep(async (step) => {
      const person = await newPerson({ bound: false });
      const held = await loginHeldAt(step, person, end, true);
      if (held.wasHeld && (next === "account_disabled" || isPasswordGone(name))) {
        await expectAllRefused(person, held.result);
        expect(["binding_required", next]).toContain(outcome(await logIn(person.name)));
      }
      return held.wasHeld;
    });
  });

  test("itself interrupted by a login at any of its steps: that login's session is refused afterwards", async () => {
    await atEveryStep(async (step) => {
      const person = await newPerson({ bound: true });
      const { wasHeld, underWay } = await interruptedByLogin(step, person, () => end(person));
      // Ending sessions leaves the door open: a login that enters meanwhile counts as one that comes afterwards.
      await expectAllRefused(person, wasHeld && next !== "logged in" ? underWay : undefined);
      return wasHeld;
    });
  });
});

describe("after unbinding and binding to another account", () => {
  test("no old SessionId works, not even one opened while the unbinding was under way", async () => {
    await atEveryStep(async (step) => {
      const person = await newPerson({ bound: true });
      const other = await newPerson({ bound: false });
      const { wasHeld, underWay } = await interruptedByLogin(step, person, () =>
        stack.admin({ action: "bindings.remove", of: { userId: person.userId } }),
      );
      const code = stack.simulator.login(person.name);
      const rebound = await stack.login({ code, username: other.name, password });
      expect(rebound.body).toMatchObject({ userId: other.userId, newBinding: true });
      const session = rebound.body.sessionId;
      expect((await stack.call("GET /hello", { session })).body.userId).toBe(other.userId);
      await expectAllRefused(person, underWay);
      return wasHeld;
    });
  });

  test("an account that is enabled again does not bring old sessions back", async () => {
    await atEveryStep(async (step) => {
      const person = await newPerson({ bound: true });
      const { wasHeld, underWay } = await interruptedByLogin(step, person, () =>
        stack.admin({ action: "accounts.disable", account: person.name }),
      );
      await stack.admin({ action: "accounts.enable", account: person.name });
      if (wasHeld) await expectAllRefused(person, underWay);
      expect(outcome(await logIn(person.name))).toBe("logged in");
      return wasHeld;
    });
  });
});

/** Ends access with `end`, which a silent login of that person interrupts before the admin function's `step`-th call. */
async function interruptedByLogin(step: number, person: Person, end: () => Promise<unknown>) {
  let underWay: Answer | undefined;
  const { wasHeld } = await heldAt("admin", step, end, async () => {
    underWay = await logIn(person.name);
  });
  return { wasHeld, underWay };
}

/** Runs `once` for step 0, 1, 2, … until it says that there are no more. */
async function atEveryStep(once: (step: number) => Promise<boolean>): Promise<void> {
  let steps = 0;
  while (await once(steps)) steps++;
  expect(steps).toBeGreaterThan(0);
}
