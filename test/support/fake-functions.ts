import type { FunctionDescription } from "../../local/assembly.ts";
import { isRecord } from "../../local/aws/json.ts";
import type { Functions } from "../../local/lambda/functions.ts";
import type { InvocationResult } from "../../local/lambda/instance.ts";

export type Result = { readonly result: unknown } | { readonly error: string };
export type Event = Readonly<Record<string, unknown>>;
export type Handler = (event: Event) => Result;

/** Functions that are nothing but their answers; `calls` are the events they got, `NAME` and event. */
export function fakeFunctions(
  handlers: Readonly<Record<string, Handler>>,
  notForTheGateway: readonly string[] = [],
) {
  const calls: [name: string, event: Event][] = [];
  const described = Object.keys(handlers).map((name) =>
    describeFunction(name, { invokableByGateway: !notForTheGateway.includes(name) }),
  );
  const find = (arnOrName: string) =>
    described.find(({ arn, name }) => arn === arnOrName || name === arnOrName);
  const functions: Functions = {
    find,
    async invoke(arnOrName, payload): Promise<InvocationResult> {
      const name = find(arnOrName)?.name ?? "";
      const event: unknown = JSON.parse(payload);
      const handler = handlers[name];
      if (!handler || !isRecord(event)) throw new Error(`There is no function ${arnOrName}.`);
      calls.push([name, event]);
      const answer = handler(event);
      return "error" in answer
        ? {
            requestId: "r",
            payload: JSON.stringify({ errorType: "Error", errorMessage: answer.error }),
            functionError: "Unhandled",
          }
        : { requestId: "r", payload: JSON.stringify(answer.result) };
    },
    async recycle() {},
    async close() {},
  };
  return { functions, calls, called: (name: string) => calls.filter(([it]) => it === name).length };
}

/** A function as the template might describe it; nothing of it exists. */
export function describeFunction(
  name: string,
  changes: Partial<FunctionDescription> = {},
): FunctionDescription {
  return {
    logicalId: name,
    label: name,
    name,
    arn: arnOf(name),
    directory: "/nowhere",
    handler: "index.handler",
    timeoutSeconds: 3,
    memorySize: 128,
    environment: {},
    roleArn: "",
    policy: [],
    logGroup: { name, arn: "" },
    reportsSuccess: true,
    invokableByGateway: true,
    ...changes,
  };
}

export function arnOf(name: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
}
