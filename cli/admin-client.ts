import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import * as v from "valibot";
import {
  type AdminAction,
  type AdminAnswers,
  type AdminRequest,
  operatorActions,
  readAdminAnswer,
} from "../contract/operator-actions.ts";
import { awsFailure, type Repetition, repetition, type Where } from "./aws-failure.ts";
import { Failure, refusal } from "./failure.ts";

/** The admin function of one deployment. */
export interface AdminClient {
  /**
   * Resolves to the answer of a request that was carried out, and rejects with a Failure otherwise. What fails
   * temporarily is repeated: always where it was certainly not carried out, and otherwise where repeating is harmless.
   */
  ask<A extends AdminAction>(request: { readonly action: A } & AdminRequest<A>): Promise<AdminAnswers[A]>;
}

export interface AdminClientNeeds {
  readonly lambda: Pick<LambdaClient, "send">;
  readonly functionName: string;
  readonly where: Where;
  readonly signal: AbortSignal;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Longer than the admin function may run. */
const deadlineMs = 90_000;
/** Between one attempt and the next. */
const pausesMs = [500, 2000];

/** One attempt that failed, and whether another may be made. */
interface Failed {
  readonly failure: Failure;
  readonly again: Repetition;
}

export function adminClient({ lambda, functionName, where, signal, pause }: AdminClientNeeds): AdminClient {
  async function attempt<A extends AdminAction>(
    action: A,
    Payload: string,
  ): Promise<AdminAnswers[A] | Failed> {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    const command = new InvokeCommand({ FunctionName: functionName, Payload });
    const sent = lambda.send(command, { abortSignal });
    const result = await sent.catch((error: unknown) => ({ error }));
    if ("error" in result) {
      return { failure: awsFailure(result.error, where, signal), again: repetition(result.error) };
    }
    const payload = parse(result.Payload);
    if (result.FunctionError !== undefined) return crashed(payload);
    const answer = readAdminAnswer(action, payload);
    if (answer === undefined)
      return { failure: new Failure("admin_failed", ({ failures }) => failures.misunderstood), again: "no" };
    if (!("refused" in answer)) return answer;
    const again =
      answer.refused === "store_unavailable" && operatorActions[action].repeatable ? "safe" : "no";
    return { failure: refusal(answer), again };
  }

  return {
    async ask(request) {
      const payload = JSON.stringify(request);
      for (let repetitions = 0; ; repetitions++) {
        const outcome = await attempt(request.action, payload);
        if (!("failure" in outcome)) return outcome;
        const { failure, again } = outcome;
        const mayRepeat = isRepeatable(request.action, again);
        const wait = pausesMs[repetitions];
        if (signal.aborted || !mayRepeat || wait === undefined) {
          const { repeatable } = operatorActions[request.action];
          const doubtful = (again === "unclear" || again === "hung") && !repeatable;
          throw doubtful && !signal.aborted ? unclear(failure) : failure;
        }
        await pause(wait);
      }
    },
  };
}

function isRepeatable(action: AdminAction, again: Repetition): boolean {
  const { repeatable } = operatorActions[action];
  if (again === "hung") return repeatable === true;
  return again === "safe" || (again === "unclear" && repeatable !== false);
}

const timeout = v.object({ errorMessage: v.pipe(v.string(), v.includes("Task timed out after")) });

/** Never says what the function said: that may quote a password. */
function crashed(payload: unknown): Failed {
  const timedOut = v.is(timeout, payload);
  return {
    failure: new Failure("admin_failed", ({ failures }) =>
      timedOut ? failures.adminTimedOut : failures.adminFailed,
    ),
    again: timedOut ? "hung" : "no",
  };
}

function unclear(failure: Failure): Failure {
  return new Failure(failure.code, (messages) =>
    messages.failures.sentences(failure.text(messages), messages.failures.notKnownWhetherDone),
  );
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
  } catch {
    return undefined;
  }
}
