/**
 * What the functions and the simulator say in English, where their codes are fewer than their sentences, and the same in
 * Chinese. `{1}` stands for what is put in, which may be a sentence of this list itself.
 */
const sentences: readonly (readonly [english: string, chinese: string])[] = [
  ["The request must be an object.", "请求应当是对象"],
  ["A row must be an object.", "这一行应当是对象"],
  ["A row needs either password or passwordHash.", "password 和 passwordHash 要写其中一个"],
  ["{1} is missing.", "缺少 {1}"],
  ["{1} is not valid.", "{1} 不正确"],
  ["{1} must be an object.", "{1} 应当是对象"],
  ["{1} must be a string.", "{1} 应当是文本"],
  ["{1} must be text of 1 to {2} characters.", "{1} 应当是 1 到 {2} 个字符的文本"],
  ["{1} must have 8 to 256 characters.", "{1} 应当有 8 到 256 个字符"],
  ["{1} must be a list of 1 to {2} rows.", "{1} 应当有 1 到 {2} 行"],
  ["{1} must be one of {2}.", "{1} 应当是 {2} 之一"],
  [
    "{1} must be a phone number in E.164, such as +8613800138000.",
    "{1} 应当是 E.164 格式的手机号，例如 +8613800138000",
  ],
  [
    "{1} is a Chinese mobile without +86: write its country code too, as in +8613800138000.",
    "{1} 缺少国家码：请写成 +8613800138000 这样",
  ],
  [
    "{1} must be the 32 hexadecimal digits that WeChat's console shows once.",
    "{1} 应当是微信公众平台显示的 32 位十六进制数字",
  ],
  ["{1} needs openid, with appId or without.", "{1} 要写 openid，可以加 appId"],
  [
    "{1} needs either userId or openid (with appId or without), as text of 1 to {2} characters.",
    "{1} 要写 userId 或 openid 其中之一（openid 可以加 appId），都是 1 到 {2} 个字符的文本",
  ],
  [
    "{1} needs userId, openid (with appId or without) or phoneNumber: ids are text of 1 to {2} characters, and a phone " +
      "number is in E.164, such as +8613800138000.",
    "{1} 要写 userId、openid（可以加 appId）或 phoneNumber 其中之一：前两者是 1 到 {2} 个字符的文本，手机号是 E.164 格式，例如 +8613800138000",
  ],
  [
    "{1} needs userId or phoneNumber, with appId or without: an id is text of 1 to {2} characters, and a phone number is " +
      "in E.164, such as +8613800138000.",
    "{1} 要写 userId 或 phoneNumber，可以加 appId：userId 是 1 到 {2} 个字符的文本，手机号是 E.164 格式，例如 +8613800138000",
  ],
  ["username is too long.", "username 太长"],
  ["username has invisible characters.", "username 含有不可见的字符"],
  ["passwordHash is not an argon2id string.", "passwordHash 不是 argon2id 字符串"],

  ["There is an account of this name already.", "已有同名的账号"],
  ["The userId has an account already: {1}.", "userId 属于账号 {1}"],
  ["The phone number has an account already: {1}.", "手机号属于账号 {1}"],
  ["has the userId of another account: {1}", "userId 属于另一个账号 {1}"],
  ["has the phone number of another account: {1}", "手机号属于另一个账号 {1}"],
  ["has the userId {1} already", "已有同名的账号，userId 是 {1}"],
  [
    "has another phone number, or none: `accounts phone` changes it",
    "账号已存在，手机号与这里不同：用 `accounts phone` 修改",
  ],
  ["was added and removed meanwhile", "导入期间被添加又被删除"],

  [
    "This deployment keeps no session_keys: its prop sessionKeys is not set.",
    "部署没有保存 session_key：没有设置 `sessionKeys`",
  ],
  ["WeChat did not do it ({1}). Nothing was stored.", "微信没有执行：{1}"],
  ["There is no AppSecret of {1} to ask with.", "没有 {1} 的 AppSecret，无法向微信获取"],
  [
    "WeChat did not answer in time: whether it has issued another one is not known.",
    "微信超时没有响应，不能确定是否已经换发",
  ],
  ["WeChat could not be reached.", "连不上微信"],
  [
    "WeChat gives no access token to {1}: it is not on the IP list of {2}.",
    "{1} 不在 {2} 的 IP 白名单里，微信没有给接口调用凭证",
  ],
  ["this address", "函数的出口 IP"],
  ["WeChat has done so 20 times today, which is the most.", "今天已换发 20 次，达到微信的上限"],
  ["WeChat does so every 30 s at most: wait, and run it again.", "微信每 30 秒最多换发一次，请稍后再试"],
  ["WeChat refuses it for {1} (errcode {2}).", "微信拒绝为 {1} 换发，errcode {2}"],
  [
    "WeChat refuses this AppSecret for {1} (errcode {2}). Nothing was stored.",
    "它不是 {1} 的 AppSecret，errcode {2}",
  ],
  ["WeChat knows no AppId {1} (errcode {2}). Nothing was stored.", "微信没有 {1} 这个 AppID，errcode {2}"],
  [
    "WeChat has frozen the AppSecret of {1} (errcode {2}). Nothing was stored.",
    "微信已冻结 {1} 的 AppSecret，errcode {2}",
  ],
  [
    "WeChat could not be reached ({1}) and asked about the AppSecret. Nothing was stored.",
    "连不上微信，无法验证 AppSecret：{1}",
  ],
  [
    "WeChat said neither yes nor no to the AppSecret (errcode {1}). Nothing was stored.",
    "微信没有说明 AppSecret 是否有效，errcode {1}",
  ],

  ["no answer within {1} s", "{1} 秒内没有响应"],
  ["an answer that is not WeChat's", "返回的不是微信的内容"],
  ["connection lost", "连接中断"],
  ["over 64 KiB", "返回的内容超过 64 KiB"],
  ["not JSON", "返回的不是 JSON"],
  ["there is no AppId", "没有 AppID"],
  ["no status", "没有状态"],
  ["It does not refuse a made-up name and password", "没有拒绝编造的用户名和密码"],
  ["The account verifier is missing ({1})", "函数不存在：{1}"],
  ["The account verifier may not be invoked ({1})", "没有调用它的权限：{1}"],
  ["The account verifier did not answer ({1})", "没有响应：{1}"],
  ["The account verifier failed ({1})", "执行出错：{1}"],
  ["its answer is neither a userId nor a refusal", "返回的既不是 userId 也不是拒绝"],

  [
    "The WeChat simulator gave out no such code: it is one of WeChat's own, from its IDE or a phone, and only WeChat can " +
      "exchange it. Take codes from the simulator instead ({1}), or have the server ask https://api.weixin.qq.com with the " +
      "AppId and AppSecret of your mini-program.",
    "这个 code 不是微信模拟器发出的，而是来自微信开发者工具或手机，只有微信能换取。请改从模拟器获取（{1}），或者让后端用小程序的 " +
      "AppID 和 AppSecret 访问 https://api.weixin.qq.com。",
  ],
];

const patterns = sentences.map(([english, chinese]) => {
  const text = english.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(/\{(\d)\}/g, "(?<_$1>.+?)");
  return [new RegExp(`^${text}$`, "s"), chinese] as const;
});

/** A newer deployment may say what is not known here: that stays as it is. */
export function toChinese(said: string): string {
  for (const [pattern, chinese] of patterns) {
    const found = pattern.exec(said);
    if (found) return chinese.replaceAll(/\{(\d)\}/g, (_, n) => toChinese(found.groups?.[`_${n}`] ?? ""));
  }
  return said;
}
