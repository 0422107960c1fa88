import { type Answered, ownersRoute } from "./gateway.ts";
import type { Invocation } from "./network.ts";
import type { Observation } from "./observation.ts";
import type { SentOpenData } from "./open-data-checks.ts";
import { mayBeRepeated, type Phone } from "./recorded.ts";
import type { Ending } from "./session-checks.ts";

/** What a request with a session sends, and does. */
interface Use {
  readonly id?: string;
  readonly body?: object;
  /** What it ends if it succeeds. */
  readonly ends?: Ending["ends"];
}

/** Requests with a session. */
export function sessionRequests(observed: Observation) {
  const { world, setup, sessions, answers, phones, openData, secrecy, tell, violated } = observed;

  /** Any of them; what the session function and the owner's routes answer is checked here. */
  async function use(phone: Phone, route: string, session: string, using: Use = {}): Promise<Answered> {
    const { answer } = await ask(phone, route, session, using);
    secrecy.inAnswer(answer.text.replaceAll(`"${session}"`, ""));
    if (route !== ownersRoute) {
      const [method = "", path = ""] = route.split(" ");
      answers.elsewhere(method, path.replace("{id}", using.id ?? ""), answer, {});
    }
    return answer;
  }

  async function ask(phone: Phone, route: string, session: string, { id, body, ends }: Use) {
    const invocations: Invocation[] = [];
    const called = sessions.next();
    const ending = ends && sessions.ending(ends);
    tell(() => `${phone.name}: ${route} ${id ?? ""} with ${session.slice(-6)}`);
    const call = {
      ...{ route, session, sourceIp: phone.sourceIp },
      ...(id !== undefined && { id }),
      ...(body && { body }),
    };
    let isAnswered = false;
    if (ending) ending.isOver = () => isAnswered && invocations.every(({ underWay }) => underWay === 0);
    const answer = await observed.api.call(call, (begun) => invocations.push(begun));
    isAnswered = true;
    tell(() => `${phone.name}: ${route}, ${answer.status}`);
    const { status, troubles } = answer;
    observed.history.push({
      ...{
        route,
        session,
        status,
        called,
        answered: sessions.next(),
        mayBeRepeated: mayBeRepeated(troubles),
      },
      ...(id !== undefined && { id }),
    });
    if (status === 403) sessions.refused(session);
    const mayRefuse = body !== undefined && status > 500;
    if (status >= 500 && !mayRefuse && troubles.length === 0) violated(`${route} fails for no reason`);
    if (ending && status === 204) await observed.look(sessions.ended(ending), route);
    return { answer, by: invocations[0] };
  }

  /** `POST /phone`. */
  async function showNumber(phone: Phone, session: string, phoneCode: string): Promise<void> {
    const { phone: settings } = setup;
    if (!settings) return;
    phones.sends(phoneCode);
    const { appId } = phone;
    const wasOutOfStep = world.isOutOfStep(appId);
    const secret = world.wechat.secretOf(appId);
    const { ended } = world.wechat.tokens;
    const { answer, by } = await ask(phone, "POST /phone", session, { body: { phoneCode } });
    const { text, status } = answer;
    secrecy.inAnswer(text.replace(/"phoneNumber":"[^"]*"/, ""));
    if (by) phones.answered(answer, by, false);
    const told = by && phones.told(by);
    if (status === 200) {
      if (told?.openid !== phone.openid || told.appId !== appId)
        violated("the number of somebody else is told");
      if (JSON.parse(text).phoneNumber !== told?.phoneNumber)
        violated("another number is told than WeChat's");
    }
    const byPhone = {
      isFresh: phones.isFresh(phoneCode, world.wechat.phoneCodes.find(phoneCode), phone),
      isLimitTight: settings.limits === "tight",
      mayBeTaken: false,
      mayHaveEnded: ended !== world.wechat.tokens.ended,
      isRotating: wasOutOfStep || world.isOutOfStep(appId) || secret !== world.wechat.secretOf(appId),
    };
    answers.elsewhere("POST", "/phone", answer, { byPhone });
  }

  /** `POST /open-data`. */
  async function openOpenData(phone: Phone, session: string, sent: SentOpenData): Promise<Answered> {
    const before = openData.keptOf(phone.identity);
    const { answer, by } = await ask(phone, "POST /open-data", session, { body: sent.body });
    const { status, text } = answer;
    secrecy.inAnswer(status === 200 ? JSON.stringify({ ...JSON.parse(text), data: undefined }) : text);
    if (by) openData.answered(answer, sent, phone.identity, before);
    answers.elsewhere("POST", "/open-data", answer, { isOpenData: true });
    return answer;
  }

  return { use, showNumber, openOpenData };
}
