import { contextOf } from "./authorizer-context.ts";
import type { AuthorizerContext } from "./session-of.ts";

/** The same as the authorizer tells it. `generation`: see generationIn. */
export interface SessionContext extends AuthorizerContext {
  readonly generation: number;
}

/**
 * The identity's generation that the session was allowed under: for the product's own routes, which let it change nothing
 * once it has ended. A REST API makes text of it.
 */
export function generationIn(event: { readonly requestContext: object }): number {
  const { generation } = contextOf(event);
  const number = typeof generation === "string" && generation !== "" ? Number(generation) : generation;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) {
    throw new Error("No generation in this event: the route is not behind the weapp-login authorizer.");
  }
  return number;
}
