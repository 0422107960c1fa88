import type { AccessTokenAnswer, AccessTokenQuestion } from "../../../contract/access-token.ts";
import type { Invocation } from "./network.ts";
import type { People } from "./people.ts";
import type { Phone } from "./recorded.ts";
import type { happenings, Step } from "./schedule.ts";
import type { Stage } from "./stage.ts";

type What = (typeof happenings.accessTokens)[number];
type Act = (step: Step, phone: Phone) => Promise<unknown>;

/** What an owner's Lambda does with the access token that it borrows, and what operators do. */
export function accessTokenActs(stage: Stage, { phoneOf }: People) {
  const { world, answers, secrecy, tokens, operate, tell, violated } = stage;
  const kept = new Map<string, string>();

  async function borrow(
    question: AccessTokenQuestion & { readonly appId: string },
  ): Promise<string | undefined> {
    const { appId, refused } = question;
    const { takes, ended } = world.wechat.tokens;
    const wasDead = refused !== undefined && !takes(refused);
    const wasOutOfStep = world.isOutOfStep(appId);
    const secret = world.wechat.secretOf(appId);
    let by: Invocation | undefined;
    tell(() => `an owner's Lambda asks for the token: ${JSON.stringify(question)}`);
    const result = await world.cloud.invoke("access-token", question, (it) => {
      by = it;
    });
    tell(() => `an owner's Lambda is answered ${JSON.stringify(result)}`);
    const troubles = by?.troubles ?? [];
    if ("failed" in result) {
      if (troubles.length === 0) violated("the token is not lent for no reason");
      return undefined;
    }
    const answer = result.answer as AccessTokenAnswer;
    tokens.lent(question, wasDead, answer);
    if ("accessToken" in answer) return answer.accessToken;
    secrecy.inAnswer(JSON.stringify(answer));
    answers.lending(answer.refused, troubles, {
      isRotating: wasOutOfStep || world.isOutOfStep(appId) || secret !== world.wechat.secretOf(appId),
      mayHaveEnded: ended !== world.wechat.tokens.ended,
    });
    return undefined;
  }

  async function keep(appId: string, token: string | undefined): Promise<string | undefined> {
    if (token !== undefined) kept.set(appId, token);
    return token;
  }

  /** As weapp-login/access-token says: where WeChat refuses it, another one is asked for, once. */
  async function use({ appId }: Phone): Promise<void> {
    const { tokens: atWeChat } = world.wechat;
    const token = kept.get(appId) ?? (await keep(appId, await borrow({ appId })));
    if (token === undefined || atWeChat.takes(token)) return;
    const { ended } = atWeChat;
    const another = await keep(appId, await borrow({ appId, refused: token }));
    if (another !== undefined && !atWeChat.takes(another) && ended === atWeChat.ended) {
      violated("a token is lent in the place of a refused one that is refused too");
    }
  }

  async function force({ appId }: Phone): Promise<void> {
    let by: Invocation | undefined;
    const answer = await operate({ action: "token.refresh", appId }, {}, (_isOver, it) => {
      by = it;
    });
    if (answer && !("refused" in answer)) tokens.refreshed(by);
  }

  const acts: Readonly<Record<What, Act>> = {
    "borrows the token": async (_, { appId }) => keep(appId, await borrow({ appId })),
    "uses the token": (_, phone) => use(phone),
    "forces the token": (_, phone) => force(phone),
    "somebody else forces the token": async (_, { appId }) => world.wechat.tokens.end(appId),
  };
  return { act: (what: What, step: Step) => acts[what](step, phoneOf(step)) };
}
