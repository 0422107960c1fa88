import type { Item } from "../dynamodb-expressions.ts";
import type { LoginFacts } from "./answer-checks.ts";
import type { Answered, ApiCall } from "./gateway.ts";
import type { Invocation } from "./network.ts";
import type { Observation } from "./observation.ts";
import { mayBeRepeated, type Phone, type SentLogin } from "./recorded.ts";
import type { Order } from "./session-checks.ts";
import { hex } from "./table-checks.ts";

/** Logins as phones send them: what they are told is checked. */
export function loginRequests(observed: Observation) {
  const { world, setup, sessions, bans, passwords, answers, tickets, phones, tableState } = observed;
  const { tell, violated } = observed;
  /** By code. */
  const timesSent = new Map<string, number>();

  async function login(phone: Phone, sent: SentLogin): Promise<Answered> {
    const { code, bindTicket, credentials, phoneCode } = sent;
    if (code !== undefined) timesSent.set(code, (timesSent.get(code) ?? 0) + 1);
    if (phoneCode !== undefined) phones.sends(phoneCode);
    const asked = sessions.next();
    const bindingBefore = tableState.bindings.get(phone.identity);
    const wasOutOfStep = world.isOutOfStep(phone.appId);
    const secret = world.wechat.secretOf(phone.appId);
    const { ended } = world.wechat.tokens;
    const changesBefore = observed.openData.changes(phone.identity);
    const { username, password } = credentials ?? {};
    const sentBody = {
      ...(code !== undefined && { code, appId: phone.appId }),
      bindTicket,
      username,
      password,
      phoneCode,
    };
    let invocation: Invocation | undefined;
    tell(() => `${phone.name} sends ${JSON.stringify(sentBody)}`);
    const call: ApiCall = { route: "POST /login", body: sentBody, sourceIp: phone.sourceIp };
    const answer = await observed.api.call(call, (begun) => {
      invocation = begun;
      observed.sends(begun, phone, sent);
    });
    tell(() => `${phone.name} is told ${answer.status} ${answer.text.slice(0, 200)}`);
    observed.secrecy.inAnswer(answer.text);
    if (answer.status === 500 && !answer.troubles.some((trouble) => /killed/.test(trouble))) {
      violated("a login fails for no reason");
    }
    const isBoundAllTheTime =
      isBound(bindingBefore) && isStill(bindingBefore, tableState.bindings.get(phone.identity));
    if (invocation) {
      const facts: LoginFacts = {
        isFreshCode: code !== undefined && world.wechat.isIssued(code) && timesSent.get(code) === 1,
        ...(credentials && { password: passwords.stateOf(credentials, asked) }),
        mayBeLimited: setup.limits !== "off",
        mayBeDisabled: bans.mayBe,
        isBound: isBoundAllTheTime,
        isRotating:
          wasOutOfStep || world.isOutOfStep(phone.appId) || secret !== world.wechat.secretOf(phone.appId),
        oneIdentityPerApp: setup.oneIdentityPerApp,
        ...(setup.phone &&
          phoneCode !== undefined && {
            byPhone: {
              isFresh: phones.isFresh(phoneCode, world.wechat.phoneCodes.find(phoneCode), phone),
              isLimitTight: setup.phone.limits === "tight",
              mayBeTaken: setup.phone.nextHolder === "refuse",
              mayHaveEnded: ended !== world.wechat.tokens.ended,
            },
          }),
      };
      answers.login(answer, invocation, facts);
      if (phoneCode !== undefined) phones.answered(answer, invocation, isBoundAllTheTime);
      if (setup.sessionKeys) observed.openData.loginAnswered(invocation, phone.identity, changesBefore);
    }
    if (bindTicket !== undefined && answer.status === 200) tickets.used(bindTicket);
    const { status, troubles } = answer;
    const body = JSON.parse(answer.text);
    observed.history.push({
      login: sent,
      status,
      body,
      called: asked,
      answered: sessions.next(),
      mayBeRepeated: mayBeRepeated(troubles),
    });
    await loggedIn(phone, asked, answer);
    return answer;
  }

  async function loggedIn(phone: Phone, asked: Order, { status, text }: Answered): Promise<void> {
    const { sessionId, userId, bindTicket } = JSON.parse(text);
    if (typeof bindTicket === "string") {
      phone.ticket = bindTicket;
      tickets.told(bindTicket);
    }
    if (status !== 200) return;
    const bytes = Buffer.from(sessionId, "base64url");
    if (hex(bytes.subarray(0, 16)) !== phone.identity) violated("a session of somebody else");
    const { identity, appId } = phone;
    const opened = sessions.opened({ id: sessionId, identity, appId, userId, asked });
    phone.session = sessionId;
    delete phone.ticket;
    bans.loggedIn(userId, identity, asked);
    await observed.look([opened], "its login");
  }

  return { login };
}

function isBound(item: Item | undefined): boolean {
  return item?.userId !== undefined;
}

function isStill(before: Item | undefined, now: Item | undefined): boolean {
  return before?.generation === now?.generation && before?.userId === now?.userId;
}
