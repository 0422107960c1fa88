import type { AdminRefusal } from "../../../contract/operator-actions.ts";
import type { Denial } from "../../iam-denial.ts";
import type { failures as english } from "../en/failures.ts";
import { toChinese } from "../sentences.ts";

const whereTheSecretIs =
  "AppSecret 在 https://mp.weixin.qq.com 的「开发管理 > 开发设置 > AppSecret」里，只显示一次。";

/** What the code means, and what to do. */
const refusals = {
  invalid_request: "请求有误。",
  no_such_account: "没有这个账号。请检查拼写；用 `accounts add` 添加。",
  account_exists: "用户名或 userId 已存在。用 `accounts show` 查看，用 `accounts passwd` 修改密码。",
  phone_number_taken: "手机号属于另一个账号。用 `accounts phone --remove` 可以从那个账号上删除。",
  no_such_number:
    "没有账号使用这个手机号；手机号存在你自己的用户系统里时，请改用 userId。用 `accounts show` 查看，用 `accounts phone` 登记。",
  no_such_binding: "没有这个绑定。请检查 openid 和 AppID；也可能已经解绑了。",
  no_such_identity: "这个微信身份没有被停用；也可能是 openid 写错了。",
  identity_bound: "这个微信身份已经绑定了账号。用 `bindings find` 查看账号，用 `accounts enable` 启用账号。",
  no_such_session: "没有这个会话，可能已经结束了。用 `sessions list` 查看未过期的会话。",
  no_session_key: "没有保存有效的 session_key，下次登录会带来新的。用 `session-key check` 查看。",
  not_enabled: "部署没有启用这项功能。",
  no_built_in_accounts: "部署没有内置账号表，请在你自己的用户系统里操作。这里只能用 userId 停用和启用账号。",
  app_secret_refused:
    "微信不接受这个 AppSecret，没有保存。请到 https://mp.weixin.qq.com 核对 AppID 和 AppSecret，只有最近一次重置的有效。",
  token_not_refreshed: "微信没有换发接口调用凭证。用 `doctor` 查看原因。",
  wechat_unavailable:
    "连不上微信，或者微信没有给出明确的答复，没有保存。请稍后再试；`secret set` 不经微信验证直接保存。",
  store_unavailable: "数据库没有响应，操作可能只完成了一半。再执行一次就会补全。",
} as const satisfies Record<AdminRefusal, string>;

/**
 * Of these the admin function says more than the code does: a field's or an account's name, or what WeChat answered. It
 * goes into the first sentence.
 */
const moreSaid: ReadonlySet<AdminRefusal> = new Set([
  "invalid_request",
  "account_exists",
  "phone_number_taken",
  "not_enabled",
  "app_secret_refused",
  "token_not_refreshed",
  "wechat_unavailable",
]);

const read = { password: "密码", AppSecret: " AppSecret", "New AppSecret": "新的 AppSecret" };

export const failures: typeof english = {
  sentences: (...sentences) => sentences.join(""),
  refused: (code, detail) =>
    moreSaid.has(code) ? refusals[code].replace("。", () => `（${toChinese(detail)}）。`) : refusals[code],

  eitherUserOrOpenid: "请指定 --user 或 --openid 其中之一。",
  eitherUserOrPhone: "请指定 --user 或 --phone 其中之一。",
  eitherNumberOrRemove: "请指定手机号或 --remove 其中之一。",
  appIdOfUser: "--app-id 要与 --openid 一起使用：userId 的绑定不限于某个小程序。",
  phoneAlone: "--phone 不能与 --user、--openid、--app-id 一起使用。",
  whichDeployment: "请指定部署：--stack NAME 表示 AWS 上的堆栈，--local 表示 `npm start` 运行的本地堆栈。",
  localAlone: (option) => `--local 表示本地堆栈，不能与 ${option} 一起使用。`,
  mustBeUrl: (option, example) => `${option} 要写网址，例如 ${example}。`,
  lang: "--lang 只能是 zh 或 en。",
  wechatAlone: (option) => `wechat 命令不需要部署，不能与 --${option} 一起使用。`,
  port: "--port 要写 0 到 65535 之间的数字。",
  portTaken: (port, other) => `端口 ${port} 已被占用。请结束占用它的程序，或者换一个端口：${other}`,
  portForbidden: (port, other) => `没有权限使用端口 ${port}。请换一个端口：${other}`,
  app: "--app 要写成 APPID:SECRET 或 APPID:SECRET:OWNER，例如 wx0123456789abcdef:made-up:acme。",
  appTwice: "--app 里有重复的 AppID。一个小程序只有一个 AppSecret。",
  nameACommand: "请写明要执行的命令。",
  excessArguments: "参数太多。密码和 AppSecret 不作为参数传入：在提示符下输入，或者通过管道传入。",
  parser: ({ code, name, meant }) => {
    const what = parserErrors[code] ?? "用法不对";
    const suggestion = meant === undefined ? "" : `（是不是 ${meant.replaceAll(", ", "、")}？）`;
    return `${what}${name === undefined ? "" : `：${name}`}${suggestion}。用 --help 查看用法。`;
  },

  needsYes: "这项操作无法恢复，执行之前要询问，但标准输入不是终端：请加上 --yes。",
  notConfirmed: "没有做任何修改。",
  emptyInput: (what) => `标准输入里没有${read[what]}：请通过管道传入。`,
  inputTooLong: "标准输入的第一行太长。",
  inputNotUtf8: "标准输入的内容不是 UTF-8。",
  whereTheSecretIs,
  secretIsPlaceholder: `这是新堆栈自带的占位内容。${whereTheSecretIs}`,
  notASecret: `AppSecret 应当是 32 位十六进制数字。${whereTheSecretIs}`,

  interrupted: "已中断。",
  interruptedBeforeSending: "已中断，没有发送任何请求。",
  interruptedUnderWay: "已中断。正在进行的请求仍有可能已经执行。",
  notKnownWhetherDone: "不能确定是否已经执行：请先查看结果，再决定是否重试。",
  unexpected: (what) => `发生了意外的错误：${what}`,

  noProfile: (profile, config, credentials, others, said) =>
    `${config} 和 ${credentials} 里没有名为 ${profile} 的配置，现有的是：${others || "无"}。请检查 ${said}。`,
  proxy: {
    notAUrl: (_proxy, _what) => "HTTPS_PROXY 不是网址，应当写成 http://proxy.example:8080 这样",
    protocol: (proxy, protocol) => `HTTPS_PROXY 里 ${proxy} 用的是 ${protocol}//，只支持 http:// 和 https://`,
    notReached: (proxy, why) => `连不上 HTTPS_PROXY 里的代理 ${proxy}，原因是 ${why}`,
    wantsCredentials: (proxy, _what) => `HTTPS_PROXY 里的代理 ${proxy} 需要用户名和密码`,
    refuses: (proxy, what) => `HTTPS_PROXY 里的代理 ${proxy} 拒绝了 ${what}`,
  },
  checkProxy: (what) => `${what}。请检查 HTTPS_PROXY 和 NO_PROXY。`,
  credentials: (name) =>
    `AWS 不接受当前的凭证（${name}）。请先登录（\`aws sso login\`、\`aws login\` 或 \`aws configure\`），或者用 --profile、` +
    "AWS_PROFILE 指定配置，再执行一次。",
  localCredentials: (url) =>
    `${url} 的本地堆栈不接受当前的凭证。请在 \`npm start\` 所在的目录里，用同一个用户执行。`,
  accessDenied: (denial, stack) =>
    `AWS 拒绝了这项操作${whyDenied(denial)}。执行的人需要堆栈 ${stack} 上的 cloudformation:DescribeStacks 权限，以及它的管理函数上的 ` +
    "lambda:InvokeFunction 权限。",
  noRegion: "没有设置 AWS 区域。请用 --region 或 AWS_REGION 指定。",
  noAdminFunction: (stack) => `堆栈 ${stack} 的输出里写明的管理函数不存在。请重新部署。`,
  notAStackName: (stack) =>
    `${stack} 不能作为堆栈名：只能包含字母、数字和连字符，并以字母开头。请检查 --stack。`,
  noStack: (stack, region) =>
    `${region} 没有名为 ${stack} 的堆栈。请检查名称、--region 和 AWS_PROFILE；还没有部署的话，执行 \`npx cdk deploy\`。`,
  noLocalStack: (stack, url) => `${url} 没有名为 ${stack} 的堆栈。请确认这是本地堆栈的地址。`,
  missingOutput: (stack, output, status, local) =>
    `堆栈 ${stack} 没有输出 ${output}（状态是 ${status}）。它可能来自旧版本，或者部署没有完成：请执行 ` +
    `${local ? "`npm start` 重新启动" : "`npx cdk deploy` 重新部署"}。`,
  busy: (name, url) => `${url === undefined ? "AWS " : `${url} 的本地堆栈`}暂时繁忙（${name}）。请稍后再试。`,
  noAnswerInTime: "超时没有响应",
  awsNotReachable: (why) => `连不上 AWS（${why}）。请检查网络和区域，再执行一次。`,
  localNotReachable: (url, why) =>
    `${url} 没有响应（${why}）。请在另一个终端里执行 \`npm start\`，或者用 --local URL 指定地址。`,
  endpointNotReachable: (url, why) => `${url} 没有响应（${why}）。请检查 --endpoint-url。`,
  answered: (name, url) =>
    url === undefined
      ? `AWS 返回了 ${name || "无法识别的内容"}。请再试一次；如果还是不行，错误的含义见 AWS 文档里的 CloudFormation 和 Lambda Invoke。`
      : `${url} 的本地堆栈返回了 ${name || "无法识别的内容"}。请再试一次；如果还是不行，用同一版本重新执行 \`npm start\`。`,
  misunderstood: "无法理解管理函数的返回内容。请用同一个版本部署堆栈和执行命令。",
  adminTimedOut: "管理函数执行超时。原因见它在 CloudWatch 里的日志。",
  adminFailed: "管理函数执行出错。原因见它在 CloudWatch 里的日志。",
};

/** What kinds of policy IAM names. */
const policies: Readonly<Record<string, string>> = {
  "identity-based policy": "身份策略",
  "resource-based policy": "资源策略",
  "permissions boundary": "权限边界",
  "service control policy": "服务控制策略",
  "resource control policy": "资源控制策略",
  "session policy": "会话策略",
  "VPC endpoint policy": "VPC 终端节点策略",
};

function whyDenied({ who, action, resource, policy = "", explicit }: Denial): string {
  if (who === undefined || action === undefined) return "";
  const which = policies[policy] ?? "策略";
  const on = resource === undefined ? "" : `，资源是 ${resource}`;
  return `：${who} 没有 ${action} 权限${on}（${explicit ? `${which}明确拒绝` : `没有${which}允许`}）`;
}

/** By the parser's code. */
const parserErrors: Readonly<Record<string, string>> = {
  "commander.unknownCommand": "没有这个命令",
  "commander.unknownOption": "没有这个选项",
  "commander.missingArgument": "缺少参数",
  "commander.optionMissingArgument": "选项后面缺少内容",
  "commander.missingMandatoryOptionValue": "缺少选项",
  "commander.invalidArgument": "参数不对",
};
