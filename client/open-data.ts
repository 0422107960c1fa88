import { addDefaults, denialMessages, denialOf, words } from "./denials.ts";
import { errorOf, type Login, LoginError, type WxFailure } from "./weapp-login.ts";

/** What `wx.getWeRunData`, `wx.getGroupEnterInfo` or `wx.getUserInfo` gave; more of it is not sent. */
export type OpenData =
  | { readonly encryptedData: string; readonly iv: string }
  | { readonly rawData: string; readonly signature: string };

/**
 * What the open data says, decrypted or verified by the server with the latest `session_key` of this identity. Where that
 * is stale, logs in anew once and sends once more. Data from before that login may not fit its key: a function is called
 * again (`() => wx.getWeRunData()`), a plain object is sent as it is. Rejects with a LoginError, also for what the runtime
 * says instead of data; what else the function rejects with is passed on.
 */
export async function openData(
  login: Login,
  source: OpenData | (() => PromiseLike<OpenData> | OpenData),
): Promise<Record<string, unknown>> {
  addDefaults({
    ...denialMessages,
    open_data_failed: ["获取数据失败，请重试", "The data was not given. Please try again."],
    session_key_stale: ["登录凭证已失效，请重新操作", "The login has expired. Please try again."],
  });
  const answer = await login.request({
    path: "/open-data",
    method: "POST",
    replay: true,
    data: async () => toSend(typeof source === "function" ? await given(source) : source),
  });
  const error = errorOf(answer);
  if (error) throw error;
  const { data } = Object(answer.data);
  if (typeof data === "object" && data) return data;
  throw new LoginError("unexpected_answer", { action: "retry", status: answer.statusCode });
}

/** `wx.getUserInfo` gives both pairs. */
function toSend(data: OpenData): OpenData {
  if (!("encryptedData" in data)) return { rawData: data.rawData, signature: data.signature };
  return { encryptedData: data.encryptedData, iv: data.iv };
}

async function given(source: () => PromiseLike<OpenData> | OpenData): Promise<OpenData> {
  try {
    return await source();
  } catch (error) {
    const failure: WxFailure = Object(error);
    if (!failure.errMsg) throw error;
    const code = denialOf(failure) ?? "open_data_failed";
    const action = code === "privacy_not_declared" ? "fix_request" : "retry";
    throw new LoginError(code, { action, detail: words(failure) });
  }
}
