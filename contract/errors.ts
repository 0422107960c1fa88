/** What a client is to do, without a table of its own. */
export type Action =
  | "fix_request"
  | "new_code"
  | "fix_credentials"
  | "new_phone_code"
  | "bind"
  | "unbind_first"
  | "contact_support"
  | "wait"
  | "retry";

/** Who can do something about it. */
export type Cause = "WeChat" | "this side" | "people" | "the mini-program";

export interface ErrorRow {
  readonly status: number;
  readonly action: Action;
  /** The same where no wx.login code was spent. */
  readonly elsewhere: Action;
  readonly cause: Cause;
  readonly title: Title;
}

/** In each language that an error can be told in: what a developer reads, not what a mini-program shows. */
export interface Title {
  readonly en: string;
  readonly zh: string;
}

function row(
  status: number,
  action: Action,
  cause: Cause,
  en: string,
  zh: string,
  elsewhere = action,
): ErrorRow {
  return { status, action, elsewhere, cause, title: { en, zh } };
}

/** A request that cannot be read. */
const unreadable = {
  invalid_request: row(400, "fix_request", "the mini-program", "The request is not valid", "请求不符合要求"),
  payload_too_large: row(
    413,
    "fix_request",
    "the mini-program",
    "The request body is too large",
    "请求体过大",
  ),
  unsupported_media_type: row(
    415,
    "fix_request",
    "the mini-program",
    "The request body must be JSON",
    "请求体必须是 JSON",
  ),
  method_not_allowed: row(
    405,
    "fix_request",
    "the mini-program",
    "This method is not allowed here",
    "该地址不支持此请求方法",
  ),
};

/** What a login is refused for. */
const refusals = {
  invalid_code: row(
    401,
    "new_code",
    "people",
    "The wx.login code is not valid any more",
    "wx.login 的 code 已失效",
  ),
  invalid_ticket: row(401, "new_code", "people", "The bind ticket is not valid any more", "绑定凭证已失效"),
  invalid_credentials: row(
    401,
    "fix_credentials",
    "people",
    "Username or password is wrong",
    "用户名或密码错误",
  ),
  binding_required: row(
    409,
    "bind",
    "people",
    "This WeChat identity has no account yet",
    "该微信身份尚未绑定账号",
  ),
  already_bound: row(
    409,
    "unbind_first",
    "people",
    "This WeChat identity has another account",
    "该微信身份已绑定其他账号",
  ),
  account_already_bound: row(
    409,
    "contact_support",
    "people",
    "The account already has another WeChat identity",
    "该账号已绑定其他微信身份",
  ),
  access_changed: row(
    409,
    "new_code",
    "people",
    "Access was changed while this login was under way",
    "登录期间账号权限有变动",
  ),
  account_disabled: row(403, "contact_support", "people", "The account is disabled", "账号已停用"),
  too_many_attempts: row(429, "wait", "people", "Too many attempts", "尝试次数过多"),
  wechat_user_blocked: row(
    403,
    "contact_support",
    "WeChat",
    "WeChat refuses this user",
    "微信限制了该用户登录",
  ),
  rate_limited: row(
    429,
    "wait",
    "WeChat",
    "WeChat asks this user to slow down",
    "微信限制了该用户的调用频率",
  ),
  wechat_busy: row(503, "new_code", "WeChat", "WeChat is busy", "微信系统繁忙", "retry"),
  wechat_unavailable: row(503, "new_code", "WeChat", "WeChat cannot be reached", "无法连接微信", "retry"),
  wechat_timeout: row(504, "new_code", "WeChat", "WeChat did not answer in time", "微信响应超时", "retry"),
  quota_exhausted: row(503, "wait", "WeChat", "The limit for today is reached", "今日次数已达上限"),
  not_configured: row(
    503,
    "contact_support",
    "this side",
    "WeChat login is not configured",
    "微信登录尚未配置",
  ),
};

/** What is refused only where the owner's props ask for more than logins: for phone numbers, or for open data. */
const optionalRefusals = {
  invalid_phone_code: row(
    401,
    "new_phone_code",
    "people",
    "The phone number's code is not valid any more",
    "手机号的 code 已失效",
  ),
  phone_number_taken: row(
    409,
    "contact_support",
    "people",
    "Another WeChat identity has this phone number",
    "该手机号已属于其他微信身份",
  ),
  session_key_stale: row(
    409,
    "new_code",
    "people",
    "The session_key is not the latest any more",
    "session_key 已失效",
  ),
};

/** What is broken, and thrown. Elsewhere than at login the same call may be sent again. */
const outages = {
  store_unavailable: row(
    503,
    "new_code",
    "this side",
    "Accounts or sessions cannot be reached",
    "无法访问账号或会话数据",
    "retry",
  ),
  internal_error: row(500, "new_code", "this side", "Something went wrong here", "服务内部出错", "retry"),
};

export type RequestErrorCode = keyof typeof unreadable;
export type OptionalRefusalCode = keyof typeof optionalRefusals;
export type RefusalCode = keyof typeof refusals | OptionalRefusalCode;
export type OutageCode = keyof typeof outages;
export type ErrorCode = RequestErrorCode | RefusalCode | OutageCode;

/** Every error that a caller can be told, in one table; a code without a row does not compile. */
export const errors: Readonly<Record<ErrorCode, ErrorRow>> = {
  ...unreadable,
  ...refusals,
  ...optionalRefusals,
  ...outages,
};

export const errorCodes: readonly ErrorCode[] = Object.keys(errors) as ErrorCode[];

/** Those that every deployment's login may answer. */
export const loginErrorCodes: readonly ErrorCode[] = errorCodes.filter((code) => !(code in optionalRefusals));
