import type { Caller } from "./wechat-tokens.ts";

/** What is behind a phone code: whose it is. */
export interface PressedCode {
  readonly appId: string;
  readonly openid: string;
  readonly phoneNumber: string;
  readonly pressedAt: number;
}

export interface PhoneCodeEvents {
  /** A code has come to WeChat with a token that it takes; it is spent by that. `told`: it was good for this. */
  readonly spent: (caller: Caller, phoneCode: string, told: PressedCode | undefined) => void;
}

/** Phone numbers, who has them, and the codes of the phone button. */
export interface WeChatPhoneCodes {
  /** In E.164. */
  numberOf(openid: string): string;
  /** The carrier gives this person's number to another one; they have a new one each, or only the first has. */
  giveNumber(from: string, to: string | undefined): void;
  /** The button on this person's phone. */
  press(appId: string, openid: string): string;
  find(phoneCode: string): PressedCode | undefined;
  /** What getuserphonenumber answers to whoever has a token of this mini-program. */
  exchange(appId: string, phoneCode: string, openid: string | undefined, caller: Caller): object;
}

export const codeLifetimeMs = 300_000;
/** In every number, and nowhere else. */
export const numberMark = "138077077";

export function weChatPhoneCodes(now: () => number, { spent }: PhoneCodeEvents): WeChatPhoneCodes {
  const numbers = new Map<string, string>();
  const codes = new Map<string, PressedCode>();
  const used = new Set<string>();
  let numbersInAll = 0;

  const newNumber = () => `+86${numberMark}${String(numbersInAll++).padStart(2, "0")}`;

  function numberOf(openid: string): string {
    const number = numbers.get(openid) ?? newNumber();
    numbers.set(openid, number);
    return number;
  }

  return {
    numberOf,
    giveNumber(from, to) {
      const number = numberOf(from);
      numbers.set(from, newNumber());
      if (to !== undefined) numbers.set(to, number);
    },
    press(appId, openid) {
      const code = `phone-code-CANARY-${codes.size}`;
      codes.set(code, { appId, openid, phoneNumber: numberOf(openid), pressedAt: now() });
      return code;
    },
    find: (phoneCode) => codes.get(phoneCode),
    exchange(appId, phoneCode, openid, caller) {
      const pressed = codes.get(phoneCode);
      const isGood =
        pressed &&
        !used.has(phoneCode) &&
        now() - pressed.pressedAt <= codeLifetimeMs &&
        pressed.appId === appId &&
        (openid === undefined || openid === pressed.openid);
      spent(caller, phoneCode, isGood ? pressed : undefined);
      used.add(phoneCode);
      if (pressed && pressed.appId !== appId) return { errcode: 40013, errmsg: "invalid appid" };
      if (!isGood) return { errcode: 40029, errmsg: "invalid code" };
      return {
        errcode: 0,
        errmsg: "ok",
        phone_info: {
          phoneNumber: pressed.phoneNumber.slice(3),
          purePhoneNumber: pressed.phoneNumber.slice(3),
          countryCode: "86",
          watermark: { timestamp: Math.floor(now() / 1_000), appid: appId },
        },
      };
    },
  };
}
