import type { AccessTokenAnswer, AccessTokenQuestion } from "../../../contract/access-token.ts";
import type { Instance, Invocation } from "./network.ts";
import type { Caller, IssuedToken, WeChatTokens } from "./wechat-tokens.ts";

interface Given {
  readonly token: IssuedToken;
  readonly at: number;
  readonly by: Invocation | undefined;
}

/** Of so many milliseconds that a token has left, an instance that has it may not ask for another one. */
const keptFor = (left: number) => Math.max(left / 2, left - 300_000) - 10_000;

/** Access tokens: nobody ends one but an operator, once for each request, and what is lent is good. */
export function accessTokenChecks(
  clocks: readonly number[],
  tokens: () => WeChatTokens,
  now: () => number,
  violated: (what: string) => void,
) {
  const furthest = Math.max(...clocks.map(Math.abs));
  const forcedBy = new WeakSet<Invocation>();
  const given = new WeakMap<Instance, Map<string, Given>>();

  function isAtHand({ token, at, by }: Given): boolean {
    const isSure = by?.isOver && !by.troubles.some((it) => it.startsWith("WeChat"));
    return !!isSure && tokens().takes(token.value) && now() - at < keptFor(token.endsAt - at);
  }

  return {
    forced({ by }: Caller): void {
      if (by?.fn !== "admin" || Object(by.event).action !== "token.refresh") {
        violated("a token is forced that no operator wants ended");
      }
      if (!by) return;
      if (forcedBy.has(by)) violated("a token is forced twice");
      forcedBy.add(by);
    },

    given({ instance, by }: Caller, token: IssuedToken): void {
      const before = given.get(instance) ?? new Map<string, Given>();
      const last = before.get(token.appId);
      // Operators' ways to WeChat keep none, and a token that was refused elsewhere may be younger than the one at hand.
      const mayAsk = instance.fn === "admin" || Object(by?.event).refused !== undefined;
      if (last && !mayAsk && isAtHand(last)) violated("a token is asked for that is at hand");
      given.set(instance, before.set(token.appId, { token, at: now(), by }));
    },

    /** An operator was told that another one is issued. */
    refreshed(by: Invocation | undefined): void {
      if (!by || !forcedBy.has(by)) violated("a token is called ended that is not");
    },

    /** `wasDead`: WeChat did not take any more, when it was asked, the one that was called refused. */
    lent({ refused }: AccessTokenQuestion, wasDead: boolean, answer: AccessTokenAnswer): void {
      if ("refused" in answer) return;
      const { accessToken, expiresAt } = answer;
      if (wasDead && accessToken === refused) violated("a token is lent again that WeChat has refused");
      const token = tokens().find(accessToken);
      if (token?.appId !== answer.appId) violated("a token is lent that is another mini-program's");
      if (token && Date.parse(expiresAt) > token.naturalEnd + furthest + 1_000) {
        violated("a token is said to live longer than it does");
      }
      if (token && now() > token.naturalEnd + 1_000) violated("a token is lent that has expired");
    },
  };
}
