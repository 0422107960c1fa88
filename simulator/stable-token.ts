import { jsonBody, type Verdict, type WechatCall } from "./call.ts";
import type { World } from "./world.ts";

/**
 * `POST /cgi-bin/stable_token { grant_type: "client_credential", appid, secret, force_refresh? }`: the app's
 * access_token, `{ access_token, expires_in }`. Source: WeChat's documentation; its quota of 10,000 calls a minute is
 * not simulated.
 */
export function stableToken(world: World): WechatCall {
  return {
    method: "POST",
    path: "/cgi-bin/stable_token",
    about: ({ body }) => {
      const fields = jsonBody(body);
      const appid = "fields" in fields ? fields.fields.get("appid") : null;
      return { appid: typeof appid === "string" ? appid : null, code: null };
    },
    answer: ({ body }) => token(world, body),
  };
}

function token(world: World, body: string): Verdict {
  const json = jsonBody(body);
  if ("errcode" in json) return json;
  const { fields } = json;
  const appid = fields.get("appid");
  const secret = fields.get("secret");
  const force = fields.get("force_refresh") ?? false;
  if (!appid) return { errcode: 41002 };
  if (!secret) return { errcode: 41004 };
  if (fields.get("grant_type") !== "client_credential") return { errcode: 40002 };
  if (typeof force !== "boolean") return { errcode: 47001 };

  const app = typeof appid === "string" ? world.app(appid) : undefined;
  if (app === undefined) return { errcode: 40013 };
  if (app.secret !== secret) return { errcode: 40125 };

  if (force) {
    const refreshed = world.tokens.refresh(app);
    if (refreshed !== "done") return refreshed;
  }
  const { token, expiresIn } = world.tokens.current(app);
  return { body: { access_token: token, expires_in: expiresIn } };
}
