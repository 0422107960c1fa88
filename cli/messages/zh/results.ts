import { grouped } from "../../layout.ts";
import type { results as english } from "../en/results.ts";
import { toChinese } from "../sentences.ts";

interface Counts {
  readonly added: number;
  readonly unchanged: number;
  readonly bad: readonly unknown[];
}

const columnsOf = ({ added, unchanged, bad }: Counts) => [
  `新增 ${grouped(added)}`,
  `未变 ${grouped(unchanged)}`,
  `有误 ${grouped(bad.length)}`,
];
const outcome = (counts: Counts) => columnsOf(counts).join("，");

export const results: typeof english = {
  userId: (userId) => `userId ${userId}`,
  openid: (openid) => `openid ${openid}`,
  accountWithNumber: (phoneNumber) => `手机号 ${phoneNumber}`,
  account: (username, userId) => `${username}（userId ${userId}）`,

  username: "用户名",
  phoneNumber: "手机号",
  state: "状态",
  enabled: "正常",
  disabled: "已停用",
  bindings: "绑定数",
  boundAt: "绑定时间",
  numberAtWeChat: "微信手机号",
  created: "创建时间",
  expires: "过期时间",
  device: "设备",
  reason: "原因",
  line: (line) => `第 ${line} 行`,

  added: (account) => `已添加 ${account}。`,
  passwordChanged: (account, unbound) =>
    `已修改 ${account} 的密码。${unbound} 个绑定和所有会话已失效，下次登录要用新密码。`,
  numberRemoved: (account) => `已删除 ${account} 的手机号：不能再通过它绑定，别的账号可以使用它。`,
  numberGiven: (account, number) => `${account} 的手机号现在是 ${number}。原有的绑定不受影响。`,
  accountDisabled: (account, bindings) =>
    `已停用 ${account}。所有会话已结束，无法再登录；它的 ${bindings} 个绑定保留着，执行 \`accounts enable\` 之后恢复可用。`,
  accountEnabled: (account) => `已启用 ${account}。可以重新登录，包括静默登录。`,
  accountRemoved: (account, unbound) => `已删除 ${account}。${unbound} 个绑定和所有会话已失效。`,

  nothingBound: (name) => `${name} 没有绑定。`,
  allowed: (name, until) =>
    `${until} 之前，${name} 可以再让一个微信身份通过手机号绑定：请先核实手机号仍属于本人。账号已有的绑定要先解除。`,
  unbound: (name, unbound) => `已解绑 ${name}：${unbound} 个绑定和所有会话已失效。`,
  staysDisabled: (name, command) => `${name} 仍然是停用状态，执行 \`${command}\` 才会恢复。`,
  identityEnabled: (name) => `已启用 ${name}。它没有绑定账号，下次登录时需要重新绑定。`,

  noSessions: (name) => `${name} 没有未过期的会话。`,
  moreSessions: "还有更多会话没有列出；不带编号执行 `sessions revoke` 会全部结束。",
  sessionsRevoked: (name, identities) => `已结束 ${name} 的所有会话（${identities} 个微信身份）。`,
  sessionRevoked: (name, id) => `已结束 ${name} 的会话 ${id}。`,
  canLogInAgain: "绑定还在，手机不用密码就能再次登录；要阻止，请用 `accounts disable`。",

  sessionKey: {
    valid: (name) => `${name} 保存的 session_key 经微信确认有效，可以解密开放数据。`,
    stale: (name) => `${name} 保存的 session_key 经微信确认已失效，下次登录会带来新的。`,
    none: (name) => `没有保存 ${name} 的 session_key：它已超过一个会话有效期没有登录。`,
  },
  sessionKeyReset: (name) => `${name} 已换成新的 session_key，旧的都已删除。`,

  secretStored: (appId, apiUrl) => `已保存 ${appId} 的 AppSecret。${apiUrl} 从下一次登录起使用它。`,
  secretRotated: (appId) => `微信接受 ${appId} 的 AppSecret。已经保存，从下一次登录起使用，不用重新部署。`,
  tokenRefreshed: (appId, expires) =>
    `微信已作废 ${appId} 的接口调用凭证，并换发了新的，有效期到 ${expires}。各个函数以及调用 \`accessToken()\` 的程序，` +
    "下次调用时使用新的。",

  importDone: (total, took, counts) => `共 ${grouped(total)} 行，用时 ${took}：${outcome(counts)}。`,
  importStopped: (how, done, total, counts) =>
    `${how === "interrupted" ? "导入被中断" : "导入中止"}，已处理 ${grouped(done)} 行，共 ${grouped(total)} 行` +
    `（${outcome(counts)}）。重新执行同一条命令即可继续，已导入的行保持不变。`,
  progress: columnsOf,
  perSecond: (rows) => `每秒 ${grouped(rows)} 行`,
  left: (duration) => `还需 ${duration}`,
  seconds: (seconds) => `${seconds} 秒`,
  minutes: (minutes) => `${minutes} 分`,
  hours: (hours) => `${hours} 小时`,

  newPassword: (username) => `${username} 的新密码：`,
  again: "再输入一次：",
  isEmpty: "密码不能为空。",
  differ: "两次输入不一致，请重新输入。",
  appSecret: "AppSecret（不显示）：",
  newAppSecret: "新的 AppSecret：",
  askingWeChat: "正在向微信验证 …",
  resetItFirst: (where) =>
    `${where}请先在那里重置：旧的从那一刻起失效，在这里保存新的之前，登录的用户会收到重试的提示。`,
  changePassword: (account, apiUrl, bindings) =>
    `要修改 ${account} 的密码吗？（${apiUrl}）它的 ${bindings} 个绑定和所有会话会失效，已登录的人要用新密码重新登录。`,
  removeAccount: (account, apiUrl, bindings) =>
    `要删除 ${account} 吗？（${apiUrl}）它的 ${bindings} 个绑定和所有会话会一并失效，无法恢复。`,
  unbind: (name, apiUrl, bindings) =>
    `要解绑 ${name} 吗？（${apiUrl}，${bindings} 个绑定）所有会话会失效，下次登录要输入用户名和密码。`,
  revokeSessions: (name, apiUrl, open) =>
    `要结束 ${name} 的所有会话吗？（${apiUrl}，${grouped(open)} 个）绑定还在，下次静默登录会建立新的会话。`,
  resetSessionKey: (name, apiUrl) =>
    `要重置 ${name} 的 session_key 吗？（${apiUrl}）手机已获取但尚未提交的开放数据将无法解密。`,
  refreshToken: (appId, apiUrl) =>
    `要作废${appId === undefined ? "小程序" : ` ${appId} `}的接口调用凭证吗？（${apiUrl}）所有持有它的服务器都要重新获取，微信每天最多允许 20 次。`,

  simulatorReady: "微信模拟器已就绪。",
  inPlaceOf: "代替",
  miniPrograms: "小程序",
  boundTo: (owner) => `绑定到 ${owner}`,
  answers: "支持的接口",
  controls: "控制接口",
  tryIt: "在另一个终端里试一试：",
  simulatorAdvice: toChinese,
  simulatorPage: "完整的登录过程和各种错误见 docs/wechat-simulator.md。按 Ctrl-C 结束。",
};
