import type { FunctionDescription } from "../assembly.ts";
import type { InvocationResult } from "./instance.ts";
import { Pool, type PoolOptions } from "./pool.ts";

/** Lambda: invokes functions by ARN or name, each instance one invocation at a time. */
export interface Functions {
  invoke(arnOrName: string, payload: string): Promise<InvocationResult>;
  find(arnOrName: string): FunctionDescription | undefined;
  /** Ends every instance, or those of one function, so that the next invocation is a cold start. */
  recycle(arn?: string): Promise<void>;
  close(): Promise<void>;
}

export interface FunctionsOptions extends PoolOptions {
  readonly functions: readonly FunctionDescription[];
}

export function localFunctions(options: FunctionsOptions): Functions {
  const { functions } = options;
  const pools = new Map(functions.map((fn) => [fn.arn, new Pool(fn, options)]));
  const find = (arnOrName: string) =>
    functions.find(({ arn, name }) => arn === arnOrName || name === arnOrName);
  const recycle = async (only?: string) => {
    await Promise.all([...pools].map(([arn, pool]) => (only ?? arn) === arn && pool.stop()));
  };
  return {
    find,
    async invoke(arnOrName, payload) {
      const pool = pools.get(find(arnOrName)?.arn ?? "");
      if (!pool) throw new Error(`There is no function ${arnOrName}.`);
      return pool.invoke(payload);
    },
    recycle,
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}
