import type { SimulatedCall, SimulatedDynamoDb } from "../simulated-dynamodb.ts";
import type { Instance, Invocation, Network } from "./network.ts";
import type { InstanceRuntime } from "./runtime.ts";
import type { Secrets } from "./secrets.ts";
import type { SimulatedWeChat } from "./simulated-wechat.ts";

/** What is outside of the functions. */
export interface Outside {
  readonly network: Network;
  readonly dynamoDb: SimulatedDynamoDb;
  readonly secrets: Secrets;
  readonly wechat: SimulatedWeChat;
  /** The account verifier's answer. */
  readonly invokeVerifier: (
    payload: unknown,
    by: Invocation | undefined,
  ) => Promise<{ Payload?: Uint8Array; FunctionError?: string }>;
  /** After this has been written, for whoever sent it. */
  readonly written: (call: SimulatedCall, by: Invocation | undefined) => void;
  /** The right time, in milliseconds. */
  readonly now: () => number;
}

/** The instance that runs in a slot, and what is outside of it. */
export interface Current {
  readonly instance: Instance;
  readonly runtime: InstanceRuntime;
  readonly outside: Outside;
}
