import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Facts } from "../../functions/core/refusal.ts";
import { loginHandler } from "../../functions/login/handler.ts";
import { cafe, type LoginWorld, loginWorld, shop } from "./fakes.ts";
import { untimed } from "./untimed.ts";

/** The login function over fakes, and everything that it logs and answers. */
export function deployed(settings: Parameters<typeof loginWorld>[0] & { appIds?: readonly string[] } = {}) {
  const { appIds = [shop, cafe], ...worldSettings } = settings;
  const world: LoginWorld = loginWorld(worldSettings);
  const logged: Facts[] = [];
  const answered: APIGatewayProxyStructuredResultV2[] = [];
  const deadlines: AbortSignal[] = [];
  const handler = loginHandler({
    deployment: { appIds, passwords: worldSettings.verifier !== "none" },
    needsUntil: (deadline) => {
      deadlines.push(deadline);
      return world.deps;
    },
    begin: untimed(logged),
  });
  return {
    ...world,
    logged,
    answered,
    /** The deadlines of the invocations that got as far as needing anything. */
    deadlines,
    async post(event: APIGatewayProxyEventV2) {
      const answer = await handler(event);
      answered.push(answer);
      return answer;
    },
  };
}
