import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  GetPolicyCommand,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import * as v from "valibot";
import type { FunctionState } from "../../contract/diagnosis.ts";
import type { FunctionInspection } from "../core/diagnosis.ts";
import { outside } from "../runtime/invocation.ts";

export type InspectedFunction = Pick<FunctionState, "function" | "name">;

/** As Lambda answers it: text, of which one statement lets one API invoke the function. */
const policy = v.object({
  Statement: v.array(v.looseObject({ Effect: v.string(), Action: v.unknown(), Principal: v.unknown() })),
});

/** Describes functions, and invokes none of them. */
export function lambdaInspection(
  client: Pick<LambdaClient, "send">,
  functions: readonly InspectedFunction[],
): FunctionInspection {
  async function inspect(it: InspectedFunction, abortSignal: AbortSignal): Promise<FunctionState> {
    const input = { FunctionName: it.name };
    const options = { abortSignal };
    const [state, invokableByApi] = await Promise.all([
      client.send(new GetFunctionConfigurationCommand(input), options).then(stateOf, unreadable),
      client
        .send(new GetPolicyCommand(input), options)
        .then(({ Policy }) => (letsApiIn(Policy) ? ("yes" as const) : ("no" as const)))
        // A function without a policy, too.
        .catch((error: unknown) => (nameOf(error) === notFound ? ("no" as const) : ("unknown" as const))),
    ]);
    return { ...it, ...state, invokableByApi };
  }

  return {
    inspect: () =>
      outside("functions", (deadline) => Promise.all(functions.map((each) => inspect(each, deadline)))),
  };
}

type Found = Pick<FunctionState, "state" | "why">;
const notFound = "ResourceNotFoundException";

/** An inactive one wakes up with its next invocation. https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
function stateOf({ State, StateReasonCode }: GetFunctionConfigurationCommandOutput): Found {
  if (State === "Active" || State === "Inactive") return { state: "there" };
  return { state: "unusable", why: StateReasonCode ? `${State}, ${StateReasonCode}` : `${State}` };
}

function unreadable(error: unknown): Found {
  const why = nameOf(error);
  return why === notFound ? { state: "missing" } : { state: "unreadable", why };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

function letsApiIn(text: string | undefined): boolean {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), policy), text);
  return (
    read.success &&
    read.output.Statement.some(
      ({ Effect, Action, Principal }) =>
        Effect === "Allow" &&
        Action === "lambda:InvokeFunction" &&
        v.is(v.object({ Service: v.literal("apigateway.amazonaws.com") }), Principal),
    )
  );
}
