import { isIP } from "node:net";
import * as v from "valibot";
import type { SecretVerdict } from "../../contract/diagnosis.ts";
import type { TokenRefused } from "../core/access-token.ts";
import { type Refusal, refused } from "../core/refusal.ts";
import { outside, sinceItBegan } from "../runtime/invocation.ts";
import { boundedRequest } from "./bounded-request.ts";
import { errcodeMember, type Meanings, type RefusedByErrcode, refusalOf, unreadable } from "./errcodes.ts";
import type { WeChatHost } from "./host.ts";

/** All of WeChat's calls of one invocation end by then, so that the stores still have time. */
const deadlineMs = 5_000;

/** WeChat's answers to an access token that is not good any more. Nothing was done. */
const tokenRefusals: readonly number[] = [40001, 40014, 42001];

const errorAnswer = v.object({ errcode: errcodeMember, errmsg: v.fallback(v.string(), "") }, "not an object");

export interface ServerCall<T> {
  readonly path: string;
  /** All but the access token. */
  readonly query?: Readonly<Record<string, string>>;
  /** What is sent by POST; without it the call is a GET. */
  readonly json?: object;
  /** Of an answer with errcode 0, or none. */
  readonly schema: v.GenericSchema<unknown, T>;
  /** What errcodes mean here and at no other call. */
  readonly errcodes?: Meanings;
}

export type ServerAnswer<T> =
  | { readonly value: T; readonly refusal?: never }
  | (Partial<RefusedByErrcode> & { readonly secret: SecretVerdict; readonly refusal: Refusal });

/** WeChat's server calls beside code2session. */
export interface ServerCalls {
  ask<T>(call: ServerCall<T>): Promise<ServerAnswer<T>>;
  /** The same with an access token: for withAccessToken. */
  askWithToken<T extends object>(
    call: ServerCall<T>,
    accessToken: string,
  ): Promise<T | Refusal | TokenRefused>;
}

export function serverCalls({ urlOf, sockets, now }: WeChatHost): ServerCalls {
  async function ask<T>(call: ServerCall<T>, accessToken?: string): Promise<ServerAnswer<T>> {
    const url = urlOf(call.path);
    url.search = new URLSearchParams({
      ...(accessToken !== undefined && { access_token: accessToken }),
      ...call.query,
    }).toString();
    const answer = await outside("wechat", (deadline) =>
      boundedRequest(url, sockets, AbortSignal.any([deadline, sinceItBegan(deadlineMs)]), call.json),
    );
    if (answer.kind === "timeout") return { secret: "unknown", refusal: refused("wechat_timeout") };
    if (answer.kind === "unavailable") return unreadable(answer.why);
    const error = v.safeParse(errorAnswer, answer.value);
    if (!error.success) return unreadable(error.issues[0].message);
    const { errcode, errmsg } = error.output;
    if (errcode !== 0) return withSeenAddress(refusalOf(errcode, errmsg, now(), call.errcodes), errmsg);
    const read = v.safeParse(call.schema, answer.value);
    return read.success ? { value: read.output } : unreadable("an answer of another shape");
  }

  return {
    ask: (call) => ask(call),
    async askWithToken(call, accessToken) {
      const answer = await ask(call, accessToken);
      if (!answer.refusal) return answer.value;
      const { errcode, refusal } = answer;
      return errcode !== undefined && tokenRefusals.includes(errcode)
        ? { tokenRefused: true, refusal }
        : refusal;
    },
  };
}

/** WeChat's only word for the address that an IP list wants (40164): nothing else of its text is taken. */
function withSeenAddress(answer: RefusedByErrcode, errmsg: string): RefusedByErrcode {
  const address = /^invalid ip ([0-9a-f.:]{2,45})[ ,]/i.exec(errmsg)?.[1] ?? "";
  if (answer.errcode !== 40164 || isIP(address) === 0) return answer;
  const { refusal } = answer;
  return { ...answer, refusal: { ...refusal, facts: { ...refusal.facts, address } } };
}
