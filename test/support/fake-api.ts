import { text } from "node:stream/consumers";
import { serverForThisTest } from "./server.ts";

/** By route: status and, where the product answers, its code. */
export type ApiAnswers = Readonly<Record<string, readonly [status: number, code?: string]>>;

export interface FakeApi {
  readonly url: string;
  /** `POST /login {"code":…}`, in order of arrival. */
  readonly asked: readonly string[];
}

/** What a deployed API answers to strangers: a made-up code is invalid, and everything else wants a session. */
export async function fakeApi(answers: ApiAnswers = {}): Promise<FakeApi> {
  const asked: string[] = [];
  const url = await serverForThisTest(async (request, response) => {
    const { method, url: path, headers } = request;
    const route = `${method} ${path}`;
    const { authorization } = headers;
    const sent = authorization ?? (await text(request));
    asked.push(sent === "" ? route : `${route} ${sent}`);
    const usual = path === "/login" ? [401, "invalid_code"] : [authorization === undefined ? 401 : 403];
    const [status = 0, code] =
      answers[authorization === undefined ? route : `${route} with a session`] ?? usual;
    const body = code === undefined ? { message: "Words" } : { code };
    response.writeHead(Number(status), { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  return { url, asked };
}
