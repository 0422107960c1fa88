import { parseSessionId, sessionHandle } from "../../../functions/core/session.ts";
import { ownersRoute } from "./gateway.ts";
import type { Credentials, Phone } from "./recorded.ts";
import type { happenings, Step } from "./schedule.ts";
import type { OpenedSession } from "./session-checks.ts";
import type { Stage } from "./stage.ts";
import { accountNumber, cafe, openidOf, passwordOf, shop } from "./world.ts";

type What = (typeof happenings.people)[number];
type Act = (step: Step, phone: Phone) => Promise<unknown>;

/** What people do with their phones. */
export function people(stage: Stage) {
  const { setup, sessions, passwords, world, login, use } = stage;
  const phones = new Map<string, Phone>();

  function phoneOf({ who, phone, which }: Pick<Step, "who" | "phone" | "which">): Phone {
    const appId = setup.apps === 2 && which > 1 ? cafe : shop;
    const name = `person ${who}, phone ${phone}${appId === cafe ? ", café" : ""}`;
    const known = phones.get(name);
    if (known) return known;
    const fresh = stage.phone(name, appId, openidOf(who), `203.0.113.${who}`);
    phones.set(name, fresh);
    return fresh;
  }

  function freshCode(phone: Phone): { code: string } {
    phone.code = world.wechat.code(phone.appId, phone.openid);
    return { code: phone.code };
  }

  const credentials = (account: number, version: number | undefined): Credentials => {
    const { username } = accountNumber(account);
    return { account, version, username, password: passwordOf(account, version ?? 999) };
  };
  const own = ({ who }: Step) => who % setup.accounts;

  /** With the ticket that is at hand, or else with a code. */
  function bind(phone: Phone, typed: Credentials): Promise<unknown> {
    const { ticket } = phone;
    const by = ticket === undefined ? freshCode(phone) : { bindTicket: ticket };
    return login(phone, setup.verifier === "none" ? freshCode(phone) : { ...by, credentials: typed });
  }

  /** The one that this phone has, or an older one of the same identity. */
  function sessionOf({ which }: Step, phone: Phone): string | undefined {
    if (which === 0) return phone.session;
    return sessionsOf(phone).at(-which)?.id ?? phone.session;
  }

  function sessionsOf({ identity }: Phone): OpenedSession[] {
    return sessions.sessions.filter((it) => it.identity === identity);
  }

  const ask = (
    route: string,
    ends?: (asking: string, phone: Phone) => (it: OpenedSession) => boolean,
  ): Act => {
    return async (step, phone) => {
      const session = sessionOf(step, phone);
      if (session === undefined) return;
      await use(phone, route, session, ends && { ends: endsKnown(ends(session, phone)) });
    };
  };
  /** Only those that a phone knows of can be told apart. */
  const endsKnown = (ends: (it: OpenedSession) => boolean) => (it: { id: string; identity: string }) => {
    return ends(it as OpenedSession);
  };
  const allOfIdentity = (_: string, phone: Phone) => (it: Pick<OpenedSession, "identity">) =>
    it.identity === phone.identity;

  const acts: Readonly<Record<What, Act>> = {
    "logs in": (_, phone) => login(phone, freshCode(phone)),
    "types the password": (step, phone) => {
      return bind(phone, credentials(own(step), passwords.latest(own(step))));
    },
    "types an old password": (step, phone) => {
      const version = passwords.latest(own(step), 1);
      return bind(phone, credentials(own(step), version < 0 ? undefined : version));
    },
    "mistypes the password": (step, phone) => bind(phone, credentials(own(step), undefined)),
    "types another's password": (step, phone) => {
      const another = (own(step) + 1) % setup.accounts;
      return bind(phone, credentials(another, passwords.latest(another)));
    },
    "sends the code again": async (_, phone) => {
      if (phone.code !== undefined) await login(phone, { code: phone.code });
    },
    "sends one code twice": (_, phone) => {
      const { code } = freshCode(phone);
      return Promise.all([login(phone, { code }), login(phone, { code })]);
    },
    "invents a code": (_, phone) => login(phone, { code: "code-CANARY-nobody-has" }),
    "asks who it is": ask("GET /session"),
    "uses the owner's routes": ask(ownersRoute),
    "lists the phones": ask("GET /sessions"),
    "logs out": ask("DELETE /session", (asking) => (it) => it.id === asking),
    "logs out everywhere": ask("DELETE /sessions", allOfIdentity),
    unbinds: ask("DELETE /binding", allOfIdentity),
    "ends a session": async (step, phone) => {
      const those = sessionsOf(phone);
      const ended = those[step.which % Math.max(1, those.length)];
      const asking = phone.session;
      if (!ended || asking === undefined) return;
      const ends = (it: { id: string }) => it.id === ended.id;
      await use(phone, "DELETE /sessions/{id}", asking, { id: handleOf(ended.id), ends });
    },
  };

  return {
    act: (what: What, step: Step) => acts[what](step, phoneOf(step)),
    phones: () => [...phones.values()],
    phoneOf,
    freshCode,
    sessionOf,
    credentials,
  };
}

export type People = ReturnType<typeof people>;

export function handleOf(sessionId: string): string {
  const key = parseSessionId(sessionId);
  return key ? sessionHandle(key.secretHash) : "";
}
