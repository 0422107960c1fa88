import type { Verdict, WeChatCall, WeChatRequest } from "../calls/call.ts";
import { errmsg, ridOf } from "../calls/errcodes.ts";
import { codeHash, type LoggedRequest, loggableAppId, loggablePath } from "../request-log.ts";
import type { State } from "../state/state.ts";
import { reachesWeChat, type Trouble, type Troubles } from "../trouble.ts";
import { reply } from "./reply.ts";
import type { Handler } from "./server.ts";

interface WeChatHandlerDeps {
  readonly calls: readonly WeChatCall[];
  readonly state: State;
  readonly troubles: Troubles;
  readonly log: (request: LoggedRequest) => void;
}

/** Answers on WeChat's own paths. The verdict is made and logged on arrival: a slow answer spends its code too. */
export function weChatHandler({ calls, state, troubles, log }: WeChatHandlerDeps): Handler {
  const byPath = new Map(calls.map((call) => [call.path, call]));
  const time = () => new Date(state.now()).toISOString();

  return async (request, response) => {
    const { connection, address } = request;
    const refusal = (errcode: number | string) => ({
      errcode,
      errmsg: errmsg(Number(errcode), ridOf(state.now(), state.random(8)), address),
    });
    const call = byPath.get(request.path);
    if (call === undefined) {
      log({ time: time(), path: loggablePath(request.path), errcode: 40066, connection });
      response.statusCode = 404;
      response.setHeader("Content-Type", "text/plain");
      response.end(JSON.stringify(refusal(40066)));
      return;
    }
    const trouble = troubles.next(call.path);
    const verdict = trouble === undefined || reachesWeChat(trouble) ? decide(call, request) : undefined;
    const { appId, code } = call.about(request);
    log({
      time: time(),
      path: call.path,
      appId: loggableAppId(appId, state.apps.appIds),
      codeHash: code ? codeHash(code) : undefined,
      errcode: outcome(verdict, trouble),
      connection,
      trouble,
      advice: verdict && "errcode" in verdict ? verdict.advice : undefined,
    });
    await reply(response, answer(verdict, trouble, refusal), trouble);
  };
}

function decide(call: WeChatCall, request: WeChatRequest): Verdict {
  if (request.method !== call.method) return { errcode: call.method === "GET" ? 43001 : 43002 };
  return call.answer(request);
}

function answer(
  verdict: Verdict | undefined,
  trouble: Trouble | undefined,
  refusal: (errcode: number | string) => Record<string, unknown>,
): Readonly<Record<string, unknown>> {
  const errcode = trouble?.errcode;
  if (errcode !== undefined && Number(errcode) !== 0) return refusal(errcode);
  if (verdict === undefined) return {};
  if ("errcode" in verdict) return refusal(verdict.errcode);
  // Assigned last, too: a body with an errcode of its own must not undo the "0".
  return errcode === undefined
    ? verdict.body
    : Object.assign({ errcode, errmsg: "ok" }, verdict.body, { errcode });
}

function outcome(verdict: Verdict | undefined, trouble: Trouble | undefined): number | undefined {
  const forced = Number(trouble?.errcode ?? 0);
  if (forced !== 0) return forced;
  if (verdict === undefined) return undefined;
  return "errcode" in verdict ? verdict.errcode : 0;
}
