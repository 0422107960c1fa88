import * as v from "valibot";
import type { AccessTokenAnswer, AccessTokenQuestion } from "../../contract/access-token.ts";
import { deadlines } from "../../contract/deadlines.ts";
import { errors } from "../../contract/errors.ts";
import type { AccessTokens } from "../core/access-token-cache.ts";
import { iso } from "../core/iso.ts";
import { isRefusal, type Refusal } from "../core/refusal.ts";
import type { LambdaFunction } from "../runtime/shell.ts";

const question: v.GenericSchema<unknown, AccessTokenQuestion> = v.object({
  appId: v.exactOptional(v.string()),
  refused: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(4_096))),
});

export interface AccessTokenDeps {
  readonly appIds: readonly string[];
  readonly tokens: AccessTokens;
}

/** Lends the access token to the owner's Lambdas, as contract/access-token.ts says. It never forces WeChat to renew it. */
export function accessTokenHandler({
  appIds,
  tokens,
}: AccessTokenDeps): LambdaFunction<unknown, AccessTokenAnswer> {
  return {
    deadlineMs: deadlines["access-token"].deadlineMs,
    about: () => ({ event: "access_token" }),
    async handle(event) {
      const read = v.safeParse(question, event);
      const { appId = appIds.length === 1 ? appIds[0] : undefined, refused } = read.success
        ? read.output
        : { appId: "" };
      if (appId === undefined || !appIds.includes(appId)) {
        return invalid(`Ask with { appId?, refused? }, where appId is one of ${appIds.join(", ")}.`);
      }
      const token = await (refused === undefined ? tokens.current(appId) : tokens.insteadOf(appId, refused));
      const about = { appId, ...(refused !== undefined && { replaced: true }) };
      if (isRefusal(token)) {
        return {
          answer: { refused: token.refused, detail: detailOf(token) },
          line: { ...about, outcome: token.refused, ...token.facts },
        };
      }
      const { value, expiresAt } = token;
      return {
        answer: { appId, accessToken: value, expiresAt: iso(expiresAt) },
        line: { ...about, outcome: "lent" },
      };
    },
  };
}

function invalid(detail: string) {
  return { answer: { refused: "invalid_request", detail }, line: { outcome: "invalid_request" } } as const;
}

function detailOf({ refused, facts: { errcode, address } = {} }: Refusal): string {
  const said = [errcode !== undefined && `errcode ${errcode}`, address !== undefined && `for ${address}`];
  const why = said.filter(Boolean).join(" ");
  return `${errors[refused].title.en}${why && ` (${why})`}: \`weapp-login doctor\` says what to do.`;
}
