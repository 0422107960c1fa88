/** What the SDK uses of WeChat's `wx`. Another runtime that offers these calls will do, like Taro's or uni-app's. */
export interface Wx {
  login(options: LoginCall): unknown;
  request(options: RequestCall): unknown;
  uploadFile(options: UploadCall): unknown;
  downloadFile(options: DownloadCall): unknown;
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, value: unknown): unknown;
  removeStorageSync(key: string): unknown;
}

/** What every call but those to storage ends with: one of the two, if the runtime keeps its promise. */
export interface Callbacks<T> {
  success(result: T): void;
  fail(error: { errMsg: string }): void;
}

export interface LoginCall extends Callbacks<{ code: string }> {
  /** Milliseconds. */
  timeout: number;
}

export interface RequestCall extends WxRequest, Callbacks<Answer> {}

export interface UploadCall extends WxUpload, Callbacks<UploadAnswer> {}

export interface DownloadCall extends WxDownload, Callbacks<DownloadAnswer> {}

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "TRACE" | "CONNECT";

interface Sent {
  url: string;
  header?: Readonly<Record<string, string>>;
  /** Milliseconds. */
  timeout?: number;
}

/** Options of `wx.request` without its callbacks. */
export interface WxRequest extends Sent {
  method?: Method;
  data?: string | object;
  dataType?: string;
  responseType?: "text" | "arraybuffer";
}

/** Options of `wx.uploadFile` without its callbacks. */
export interface WxUpload extends Sent {
  filePath: string;
  /** The file's field in the form. */
  name: string;
  formData?: Readonly<Record<string, string>>;
}

/** Options of `wx.downloadFile` without its callbacks. */
export interface WxDownload extends Sent {
  /** Where to put the file; without it, where WeChat likes (`tempFilePath`). */
  filePath?: string;
}

/** What all three succeed with, whatever the status. */
export interface AnyAnswer {
  readonly statusCode: number;
  readonly data?: unknown;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** What `wx.request` succeeds with. */
export interface Answer extends AnyAnswer {
  /** JSON has been parsed; what is in it, nobody has checked. */
  readonly data: unknown;
  readonly header: Readonly<Record<string, unknown>>;
}

/** What `wx.uploadFile` succeeds with. */
export interface UploadAnswer extends AnyAnswer {
  /** Not parsed. */
  readonly data: string;
}

/** What `wx.downloadFile` succeeds with; the body of an error is a file too. */
export interface DownloadAnswer extends AnyAnswer {
  readonly tempFilePath: string;
  readonly filePath?: string;
}

/** What a button's event has in place of data, and what a call of `wx` without callbacks rejects with. */
export interface WxFailure {
  /** Like `getPhoneNumber:fail user deny`. */
  readonly errMsg?: string | undefined;
  /** Not in every version. */
  readonly errno?: number | undefined;
}

/** A header's value, however the runtime spells its name. */
export function header({ header: headers }: AnyAnswer, name: string): string | undefined {
  for (const key in headers) if (key.toLowerCase() === name) return String(headers[key]);
  return undefined;
}

/** When it was sent, by the server's clock (milliseconds since 1970); `received` where it does not say. */
export function sentAt(answer: AnyAnswer, received: number): number {
  return Date.parse(header(answer, "date") || "") || received;
}
