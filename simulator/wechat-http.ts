import { errmsg, type Verdict, type WechatCall, type WechatRequest } from "./call.ts";
import { reply } from "./reply.ts";
import { codeHash, type LoggedRequest, loggableAppid, loggablePath, remember } from "./request-log.ts";
import type { Handler } from "./server.ts";
import { reachesWechat, type Trouble, type Troubles } from "./trouble.ts";
import type { World } from "./world.ts";

type Needs = { calls: readonly WechatCall[]; world: World; troubles: Troubles; log: LoggedRequest[] };

/** Answers on WeChat's own paths. The verdict is made and logged on arrival: a slow answer spends its code too. */
export function wechatHandler({ calls, world, troubles, log }: Needs): Handler {
  const byPath = new Map(calls.map((call) => [call.path, call]));
  const time = () => new Date(world.now()).toISOString();
  const refusal = (errcode: number | string) => ({ errcode, errmsg: errmsg(Number(errcode), world.rid()) });

  return async (request, response, connection) => {
    const call = byPath.get(request.path);
    if (call === undefined) {
      const path = loggablePath(request.path);
      remember(log, { time: time(), path, appid: null, codeHash: null, errcode: 40066, connection });
      response.statusCode = 404;
      response.setHeader("Content-Type", "text/plain");
      response.end(JSON.stringify(refusal(40066)));
      return;
    }
    const trouble = troubles.next(call.path);
    const verdict = trouble === undefined || reachesWechat(trouble) ? decide(call, request) : undefined;
    const { appid, code } = call.about(request);
    remember(log, {
      time: time(),
      path: call.path,
      appid: loggableAppid(appid, world.appids),
      codeHash: code ? codeHash(code) : null,
      errcode: outcome(verdict, trouble),
      connection,
      ...(trouble !== undefined && { trouble }),
    });
    await reply(response, answer(verdict, trouble), trouble);
  };

  function answer(verdict: Verdict | undefined, trouble: Trouble | undefined): Record<string, unknown> {
    const errcode = trouble?.errcode;
    if (errcode !== undefined && Number(errcode) !== 0) return refusal(errcode);
    if (verdict === undefined) return {};
    if ("errcode" in verdict) return refusal(verdict.errcode);
    // Assigned last, too: a body with an errcode of its own must not undo the "0".
    return errcode === undefined
      ? verdict.body
      : Object.assign({ errcode, errmsg: "ok" }, verdict.body, { errcode });
  }
}

function decide(call: WechatCall, request: WechatRequest): Verdict {
  if (request.method !== call.method) return { errcode: call.method === "GET" ? 43001 : 43002 };
  return call.answer(request);
}

function outcome(verdict: Verdict | undefined, trouble: Trouble | undefined): number | null {
  const forced = Number(trouble?.errcode ?? 0);
  if (forced !== 0) return forced;
  if (verdict === undefined) return null;
  return "errcode" in verdict ? verdict.errcode : 0;
}
