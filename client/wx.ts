/** What the SDK uses of WeChat's `wx`. Another runtime that offers these five calls will do. */
export interface Wx {
  login(options: LoginCall): unknown;
  request(options: RequestCall): unknown;
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, value: unknown): unknown;
  removeStorageSync(key: string): unknown;
}

export interface LoginCall {
  /** Milliseconds. */
  timeout: number;
  success(result: { code: string }): void;
  fail(error: { errMsg: string }): void;
}

export interface RequestCall extends WxRequest {
  success(answer: Answer): void;
  fail(error: { errMsg: string }): void;
}

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "TRACE" | "CONNECT";

/** Options of `wx.request` without its callbacks. */
export interface WxRequest {
  url: string;
  method?: Method;
  data?: string | object;
  header?: Readonly<Record<string, string>>;
  /** Milliseconds. */
  timeout?: number;
  dataType?: string;
  responseType?: "text" | "arraybuffer";
}

/** What `wx.request` succeeds with, whatever the status. */
export interface Answer {
  readonly statusCode: number;
  /** JSON has been parsed; what is in it, nobody has checked. */
  readonly data: unknown;
  readonly header: Readonly<Record<string, unknown>>;
}

/** A header's value, however the runtime spells its name. */
export function header({ header: headers }: Answer, name: string): string | undefined {
  for (const key in headers) if (key.toLowerCase() === name) return String(headers[key]);
  return undefined;
}
