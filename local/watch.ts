import type { FunctionDescription } from "./assembly.ts";
import { AwsError } from "./aws/aws-error.ts";
import type { AwsEndpointOptions, InterceptedCall } from "./aws/endpoint.ts";
import type { Service } from "./aws/service.ts";
import type { Functions } from "./lambda/functions.ts";
import type { InvocationResult } from "./lambda/instance.ts";
import { isWarmUpCall } from "./lambda/warm-up-call.ts";

/**
 * Who wants to see what the laptop does, as it does it. Each of these is told when something begins and returns whom to
 * tell how it ended. What is told here is raw: secrets are in it.
 */
export interface Watch {
  /** A request that a route of the template matched. `path` has no query. */
  request(request: WatchedRequest): (answer: { status: number; body: string | Buffer }) => void;
  /** Undefined as a result: Lambda itself failed. */
  invocation(fn: FunctionDescription, payload: string): (result: InvocationResult | undefined) => void;
  /** Operators' own calls are not told. */
  awsCall(fn: FunctionDescription, call: InterceptedCall): (outcome: AwsOutcome) => void;
}

export interface WatchedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorized: boolean;
  readonly body: Buffer;
}

/** JSON as it was answered, the name of AWS's error, or `no answer` where the connection was dropped. */
export type AwsOutcome = { readonly output: string } | { readonly error: string };

export function watchedFunctions(functions: Functions, watch: Watch): Functions {
  return {
    ...functions,
    async invoke(arnOrName, payload) {
      const fn = functions.find(arnOrName);
      const ended = fn && watch.invocation(fn, payload);
      try {
        const result = await functions.invoke(arnOrName, payload);
        ended?.(result);
        return result;
      } catch (error) {
        ended?.(undefined);
        throw error;
      }
    },
  };
}

/** Sees calls where trouble is made, and their answers where services perform them: `input` is what both have. */
export function watchedAws(
  { services, intercept }: Pick<AwsEndpointOptions, "services" | "intercept">,
  functions: Functions,
  watch: Watch,
): { services: Service[]; intercept: NonNullable<AwsEndpointOptions["intercept"]> } {
  const underWay = new WeakMap<object, (outcome: AwsOutcome) => void>();
  const ended = (input: unknown, outcome: AwsOutcome) => {
    if (typeof input === "object" && input !== null) underWay.get(input)?.(outcome);
  };
  return {
    async intercept(call) {
      const { input, principal } = call;
      // The name of a role's session is the function's.
      const fn = functions.find(principal.arn.slice(principal.arn.lastIndexOf("/") + 1));
      if (fn && typeof input === "object" && input !== null && !isWarmUpCall(input)) {
        underWay.set(input, watch.awsCall(fn, call));
      }
      const fault = await intercept?.(call);
      if (fault?.kind === "error") ended(input, { error: fault.type });
      if (fault?.kind === "drop") ended(input, { error: "no answer" });
      if (fault?.kind === "answer") ended(input, { output: JSON.stringify(fault.output) });
      return fault;
    },
    services: services.map((service) => ({
      owns: (request) => service.owns(request),
      errorResponse: (error) => service.errorResponse(error),
      read(request) {
        const call = service.read(request);
        return {
          ...call,
          async perform() {
            try {
              const response = await call.perform();
              ended(call.input, { output: String(response.body) });
              return response;
            } catch (error) {
              ended(call.input, { error: error instanceof AwsError ? error.code : "InternalServerError" });
              throw error;
            }
          },
        };
      },
    })),
  };
}
