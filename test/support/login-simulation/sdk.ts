import { callOf, failure, type SimulatedCall } from "../simulated-dynamodb.ts";
import type { Current } from "./current.ts";
import type { Trip } from "./network.ts";

interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/** What the SDK sends again by itself. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const transient = new Set([
  "TimeoutError",
  "InternalServerError",
  "InternalServiceError",
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "TooManyRequestsException",
  "TransactionInProgressException",
]);

/** The SDK's clients, as the functions set them up: how often they try, and how long each try may take. */
export function sendsAsTheSdk(of: () => Current) {
  async function tried<T>({ instance, runtime, outside }: Current, trip: Trip<T>, tries: number): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await outside.network.send(instance, trip);
      } catch (error) {
        const { name, code } = Object(error);
        const again = transient.has(name) || code === "ECONNRESET" || code === "ETIMEDOUT";
        if (attempt === tries || !again) throw error;
        const throttled = /Throttl|Throughput|TooMany/.test(name);
        const wait = runtime.random() * (throttled ? 500 : 50) * 2 ** attempt;
        await new Promise<void>((resolve) => runtime.setTimeout(resolve, wait));
      }
    }
  }

  /** Ends when it is aborted; what is on its way goes on. */
  function untilAborted<T>(answer: Promise<T>, abortSignal: AbortSignal | undefined): Promise<T> {
    if (!abortSignal) return answer;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const abort = () => reject(failure("AbortError", "Request aborted"));
    if (abortSignal.aborted) abort();
    abortSignal.addEventListener("abort", abort);
    answer.then(resolve, reject).finally(() => abortSignal.removeEventListener("abort", abort));
    return promise;
  }

  return {
    dynamoDb(command: object, { abortSignal }: SendOptions = {}): Promise<unknown> {
      const current = of();
      const { dynamoDb, written } = current.outside;
      const call = callOf(command);
      const by = current.instance.serves;
      const trip: Trip<object> = {
        to: "DynamoDB",
        what: call.operation,
        effect() {
          const answer = dynamoDb.perform(call);
          if (isWrite(call)) written(call, by);
          return answer;
        },
        instead: refusals(call),
        patience: 1_000,
      };
      return untilAborted(tried(current, trip, 3), abortSignal);
    },

    lambda(command: object, { abortSignal }: SendOptions = {}): Promise<unknown> {
      const current = of();
      const { Payload } = inputOf(command);
      const by = current.instance.serves;
      const trip: Trip<object> = {
        to: "Lambda",
        what: "Invoke",
        effect: () => current.outside.invokeVerifier(JSON.parse(String(Payload)), by),
        instead: {
          "refused for now": thrown("TooManyRequestsException"),
          conflict: thrown("AccessDeniedException"),
          "odd answer": () => ({ FunctionError: "Unhandled", Payload: Buffer.from('{"errorMessage":"…"}') }),
          unprocessed: () => ({ Payload: Buffer.from("null") }),
        },
        patience: 4_000,
      };
      return untilAborted(tried(current, trip, 2), abortSignal);
    },

    secretsManager(command: object, { abortSignal }: SendOptions = {}): Promise<unknown> {
      const current = of();
      const input = inputOf(command);
      const trip: Trip<object> = {
        to: "Secrets Manager",
        what: command.constructor.name.replace("Command", ""),
        effect: () => current.outside.secrets.answer(command.constructor.name, input),
        instead: {
          "refused for now": thrown("ThrottlingException"),
          "odd answer": thrown("InternalServiceError"),
          blocked: thrown("AccessDeniedException"),
        },
        patience: 1_000,
      };
      return untilAborted(tried(current, trip, 2), abortSignal);
    },
  };
}

function isWrite({ operation }: Pick<SimulatedCall, "operation">): boolean {
  return /^(Put|Update|Delete|TransactWrite)/.test(operation);
}

/** In which DynamoDB has done nothing. */
function refusals({ operation, input }: SimulatedCall): NonNullable<Trip<object>["instead"]> {
  if (operation !== "TransactWriteItems") {
    return {
      "refused for now": thrown("ProvisionedThroughputExceededException"),
      "odd answer": thrown("InternalServerError"),
      ...(isWrite({ operation }) && { conflict: thrown("TransactionConflictException") }),
    };
  }
  const parts = input.TransactItems;
  const cancelled = (Code: string) => () => {
    const CancellationReasons = (Array.isArray(parts) ? parts : []).map((_, index) => ({
      Code: index === 0 ? Code : "None",
    }));
    throw Object.assign(failure("TransactionCanceledException", "cancelled"), { CancellationReasons });
  };
  return {
    "refused for now": cancelled("ThrottlingError"),
    conflict: cancelled("TransactionConflict"),
    "odd answer": thrown("InternalServerError"),
    unprocessed: thrown("TransactionInProgressException"),
  };
}

function thrown(name: string): () => never {
  return () => {
    throw failure(name, name);
  };
}

function inputOf(command: object): Readonly<Record<string, unknown>> {
  return "input" in command ? Object(command.input) : {};
}
