import type { Person } from "./identity.ts";
import { login } from "./login.ts";
import type { LoggedIn, LoginDeps, LoginRequest, RiskCheck } from "./login-attempt.ts";
import { type Facts, type Refusal, refused } from "./refusal.ts";

/** What WeChat says of a person: `rank` from 0, no risk found, to 4. Without one it could not tell; `facts` say why. */
export type RiskAnswer =
  | { readonly rank: number; readonly facts?: never }
  | { readonly rank?: never; readonly facts: Facts };

export interface RiskRanks {
  ask(person: Person, sourceIp: string): Promise<RiskAnswer>;
}

/**
 * The login, in which WeChat is asked how risky a person looks before an identity is bound: of whoever has an account
 * already, and of wrong passwords, it hears nothing. Ranks from `refuseFrom` on are turned away. Where WeChat cannot tell,
 * people are let in: a rank is a hint, and no outage of it may shut the door.
 */
export function loginWithRisk(ranks: RiskRanks, refuseFrom: number, logIn: typeof login = login) {
  return async (request: LoginRequest, deps: LoginDeps): Promise<LoggedIn | Refusal> => {
    let facts: Facts = {};
    let asked: Promise<Refusal | undefined> | undefined;

    async function ask(person: Person): Promise<Refusal | undefined> {
      const answer = await ranks.ask(person, request.sourceIp);
      facts = answer.facts ?? { riskRank: answer.rank };
      return (answer.rank ?? 0) >= refuseFrom ? refused("wechat_user_blocked") : undefined;
    }
    const risk: RiskCheck = (person) => {
      asked ??= ask(person);
      return asked;
    };
    const bindings = {
      ...deps.bindings,
      bind: async (bind: Parameters<LoginDeps["bindings"]["bind"]>[0]) =>
        (await risk(bind.person)) ? "wechat_user_blocked" : deps.bindings.bind(bind),
    } satisfies LoginDeps["bindings"];
    const result = await logIn(request, { ...deps, risk, bindings });
    return { ...result, facts: { ...result.facts, ...facts } };
  };
}
