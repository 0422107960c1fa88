import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { AdminAction, AdminAnswers, AdminRequest } from "../contract/operator-actions.ts";
import { answerReaders } from "./admin-answers.ts";
import { awsFailure, type Repetition, repetition, type Where } from "./aws-failure.ts";
import { Failure, isRefusal, refusal } from "./failure.ts";
import { isRecord } from "./read-json.ts";

/** The admin function of one deployment. */
export interface AdminClient {
  /**
   * Resolves to the answer of a request that was carried out, and rejects with a Failure otherwise. What fails in
   * passing is repeated: always where it was certainly not carried out, and otherwise where repeating is harmless.
   */
  ask<A extends AdminAction>(
    request: { readonly action: A } & Extract<AdminRequest, { action: A }>,
  ): Promise<AdminAnswers[A]>;
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

/**
 * Whether a request that may have been carried out can be sent again, and the answer still says what happened. Not so
 * where a first success turns the second answer into "exists already" or "there is none". And `unless it hung`: what
 * takes seconds would hang the next time too, for another minute in which nothing is said.
 */
const repeatable = {
  "accounts.add": false,
  "accounts.import": true,
  "accounts.passwd": false,
  "accounts.disable": true,
  "accounts.enable": true,
  "accounts.show": true,
  "accounts.remove": false,
  "bindings.find": true,
  "bindings.remove": false,
  "sessions.list": true,
  "sessions.revoke": false,
  "secret.set": true,
  "secret.rotate": true,
  "doctor.check": "unless it hung",
} as const satisfies Record<AdminAction, boolean | "unless it hung">;

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
    if (isRecord(payload) && isRefusal(payload.refused)) {
      const detail = typeof payload.detail === "string" ? payload.detail : "The admin function refused this";
      const again = payload.refused === "store_unavailable" && repeatable[action] ? "safe" : "no";
      return { failure: refusal(payload.refused, detail), again };
    }
    const answer = answerReaders[action](payload);
    return answer ?? { failure: new Failure("admin_failed", misunderstood), again: "no" };
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
          const doubtful = (again === "unclear" || again === "hung") && !repeatable[request.action];
          throw doubtful && !signal.aborted ? unclear(failure) : failure;
        }
        await pause(wait);
      }
    },
  };
}

function isRepeatable(action: AdminAction, again: Repetition): boolean {
  if (again === "hung") return repeatable[action] === true;
  return again === "safe" || (again === "unclear" && repeatable[action] !== false);
}

const misunderstood =
  "The admin function answered something that this command line does not understand. Deploy the stack and run the " +
  "command line from the same version.";

/** Never says what the function said: that may quote a password. */
function crashed(payload: unknown): Failed {
  const said = isRecord(payload) && typeof payload.errorMessage === "string" ? payload.errorMessage : "";
  const timedOut = /Task timed out after/.test(said);
  const detail = timedOut ? "The admin function did not end in time." : "The admin function failed.";
  return {
    failure: new Failure("admin_failed", `${detail} Its log group in CloudWatch says why.`),
    again: timedOut ? "hung" : "no",
  };
}

function unclear(failure: Failure): Failure {
  const detail = `${failure.message} It is not known whether this was carried out: look before you repeat it.`;
  return new Failure(failure.code, detail);
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
  } catch {
    return undefined;
  }
}
