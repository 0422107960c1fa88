import { authorizerHandler } from "../../../functions/authorizer/handler.ts";
import { sessionHandler } from "../../../functions/session/handler.ts";
import { apiEvent } from "../api-event.ts";
import { alice, loggedIn, loginWorld } from "../fakes.ts";
import { quietShell } from "../quiet-shell.ts";
import { type Target, wrong } from "./target.ts";
import { values } from "./values.ts";

const routes = [
  ...["GET /session", "DELETE /session", "GET /sessions", "DELETE /sessions", "DELETE /sessions/{id}"],
  "DELETE /binding",
];
const wellFormed = /^Bearer +[A-Za-z0-9_-]{64}$/i;

/** The authorizer, and behind it the session function. Only a SessionId is looked up, and only a live one is let in. */
export const session: Target = {
  name: "authorizer and session",
  share: 250_000,
  lives: 5_000,
  async start(below) {
    const { oneOf, oneIn, text } = values(below);
    const world = loginWorld();
    const { bindings, directory, sessions, revocations, journal, read } = world;
    const now = () => world.time.now;
    const authorizer = quietShell(authorizerHandler({ read, now }));
    const handler = quietShell(sessionHandler({ sessions, directory, revocations, now }));
    let live = "";
    const logIn = async () => {
      bindings.put(alice);
      live = loggedIn(await world.login(world.withCode(alice))).sessionId;
    };
    await logIn();

    const authorization = (): string =>
      oneOf<() => string>(
        () => `Bearer ${live}`,
        () => `Bearer ${live}`,
        () => `bearer   ${live}`,
        () => `Bearer ${live}, Bearer ${live}`,
        () => `Bearer ${live}${text()}`,
        () => `Bearer ${live.slice(0, below(64))}${text()}`,
        () => `Bearer ${"A".repeat(64)}`,
        () => `Bearer ${live.slice(0, 22)}${"A".repeat(42)}`,
        () => `Basic ${live}`,
        () => live,
        text,
        () => `Bearer ${"x".repeat(below(100_000))}`,
      )();
    const id = () =>
      oneOf<() => string>(
        text,
        () => "A".repeat(43),
        () => live.slice(0, 43),
      )();

    return {
      async try() {
        const sent = authorization();
        const request = apiEvent({
          method: "GET",
          path: "/session",
          headers: oneIn(20) ? {} : { authorization: sent },
        });
        const event = { ...request, type: "REQUEST", identitySource: oneIn(20) ? null : [sent] };
        journal.operations.length = 0;
        const answer = await authorizer(event as never).catch((error: unknown) => {
          throw wrong("The authorizer threw", event, error);
        });
        const { isAuthorized, context } = answer as { isAuthorized?: unknown; context?: object };
        if (typeof isAuthorized !== "boolean") throw wrong(`isAuthorized is ${isAuthorized}`, event);
        if (journal.operations.length > 0 && !wellFormed.test(sent)) throw wrong("It looked that up", event);
        if (!isAuthorized) return "refused";
        if (!sent.includes(live)) throw wrong("It let in a stranger", event);

        const routeKey = oneOf(...(routes as [string, ...string[]]));
        const call = {
          ...request,
          routeKey,
          ...(routeKey.includes("{id}") && { pathParameters: { id: id() } }),
        };
        const authorized = { ...call.requestContext, routeKey, authorizer: { lambda: context } };
        const { statusCode = 0 } = await handler({ ...call, requestContext: authorized } as never).catch(
          (error: unknown) => {
            throw wrong("The session function threw", call, error);
          },
        );
        if (![200, 204].includes(statusCode)) throw wrong(`It answered ${statusCode}`, call);
        if (routeKey.startsWith("DELETE")) await logIn();
        return routeKey;
      },
    };
  },
  outcomes: ["refused", ...routes],
};
