// Built from client/ by `npm run build:client`.
// biome-ignore-all format: built
// biome-ignore-all lint: built
// biome-ignore-all assist: built
import { type Login, type Session, type WxFailure } from "./index.js";
/**
 * `event.detail` of `<button open-type="getPhoneNumber" bindgetphonenumber="…">`, and of `getRealtimePhoneNumber`. Source:
 * WeChat's documentation of both.
 */
export interface PhoneDetail extends WxFailure {
    /** Good once, for 5 minutes. From base library 2.21.2 on, where the person agreed. */
    readonly code?: string | undefined;
    /** What base libraries before that one have in its place. */
    readonly encryptedData?: string | undefined;
}
/**
 * Binds the WeChat identity to the account that has the phone number and logs in, by the rules of `login.bind`. Rejects
 * with a LoginError, also for what the button says instead of a code. Nothing is tried again that may have spent the
 * code: the action is then `new_phone_code`, and the person has to tap the button again. `binding_required`: no account
 * has this number.
 */
export declare function bindPhone(login: Login, detail: PhoneDetail): Promise<Session>;
/**
 * The person's phone number (E.164), verified by WeChat, for who is logged in. Rejects with a LoginError, as `bindPhone`
 * does.
 */
export declare function phoneNumber(login: Login, detail: PhoneDetail): Promise<string>;
