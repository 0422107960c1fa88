// Built from client/ by `npm run build:client`.
// biome-ignore-all format: built
// biome-ignore-all lint: built
// biome-ignore-all assist: built
import { type Login } from "./index.js";
/** What `wx.getWeRunData`, `wx.getGroupEnterInfo` or `wx.getUserInfo` gave; more of it is not sent. */
export type OpenData = {
    readonly encryptedData: string;
    readonly iv: string;
} | {
    readonly rawData: string;
    readonly signature: string;
};
/**
 * What the open data says, decrypted or verified by the server with the latest `session_key` of this identity. Where that
 * is stale, logs in anew once and sends once more. Data from before that login may not fit its key: a function is called
 * again (`() => wx.getWeRunData()`), a plain object is sent as it is. Rejects with a LoginError, also for what the runtime
 * says instead of data; what else the function rejects with is passed on.
 */
export declare function openData(login: Login, source: OpenData | (() => PromiseLike<OpenData> | OpenData)): Promise<Record<string, unknown>>;
