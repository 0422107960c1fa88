import { type AdminRequest, readAdminAnswer } from "../../../contract/operator-actions.ts";
import type { Enabling } from "./ban-checks.ts";
import type { Invocation } from "./network.ts";
import type { Observation } from "./observation.ts";
import { mayBeRepeated, type Operation } from "./recorded.ts";

type Answer = Readonly<Record<string, unknown>>;

/** Requests of operators. */
export function operatorRequests(observed: Observation) {
  const { world, sessions, bans, tell, violated } = observed;

  /** An operator's request; its answer, or undefined where there is none. */
  async function operate(
    request: AdminRequest,
    { ends, saysSo = true, enables = false, newPassword }: Operation = {},
    begun: (isOver: () => boolean, by: Invocation) => void = () => {},
  ): Promise<Answer | undefined> {
    const called = sessions.next();
    const ending = ends && sessions.ending(ends);
    const enabling: Enabling | undefined = enables ? bans.enabling() : undefined;
    let invocation: Invocation | undefined;
    let isDone = false;
    const isOver = () => !!invocation?.isOver && (isDone || invocation.underWay === 0);
    tell(() => `an operator: ${JSON.stringify(request)}`);
    const asked = world.cloud.invoke("admin", request, (one) => {
      invocation = one;
      if (ending) ending.isOver = () => one.isOver && one.underWay === 0;
      if (enabling) enabling.isOver = isOver;
      begun(isOver, one);
    });
    const result = await asked;
    observed.history.push({
      ...{
        request,
        called,
        answered: sessions.next(),
        mayBeRepeated: mayBeRepeated(invocation?.troubles ?? []),
      },
      ...(newPassword !== undefined && { newPassword }),
      answer: "answer" in result ? Object(result.answer) : undefined,
    });
    if ("failed" in result) {
      tell(() => `an operator's ${request.action} is ${result.failed}`);
      if (result.failed === "thrown") violated("the admin function throws");
      return undefined;
    }
    tell(() => `an operator is answered ${JSON.stringify(result.answer)}`);
    observed.secrecy.inOperatorsAnswer(result.answer);
    const answer = readAdminAnswer(request.action, result.answer);
    if (!answer) violated(`an answer to ${request.action} that the contract does not have`);
    if (!answer || "refused" in answer) return answer ? { ...answer } : undefined;
    isDone = true;
    if (ending && saysSo) await observed.look(sessions.ended(ending), request.action);
    return { ...answer };
  }

  return { operate };
}
