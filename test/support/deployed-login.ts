import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Facts } from "../../functions/core/refusal.ts";
import { loginHandler } from "../../functions/login/handler.ts";
import { cafe, type LoginWorld, loginWorld, shop } from "./fakes.ts";
import { quietShell } from "./quiet-shell.ts";

/** The login function over the simulated tables, and everything that it logs and answers. */
export function deployed(settings: Parameters<typeof loginWorld>[0] & { appIds?: readonly string[] } = {}) {
  const { appIds = [shop, cafe], ...worldSettings } = settings;
  const world: LoginWorld = loginWorld(worldSettings);
  const logged: Facts[] = [];
  const answered: APIGatewayProxyStructuredResultV2[] = [];
  const handler = quietShell(
    loginHandler({ appIds, passwords: worldSettings.verifier !== "none" }, world.deps),
    logged,
  );
  return {
    ...world,
    logged,
    answered,
    async post(event: APIGatewayProxyEventV2) {
      const answer = await handler(event);
      answered.push(answer);
      return answer;
    },
  };
}
