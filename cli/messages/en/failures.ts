import type { AdminRefusal } from "../../../contract/operator-actions.ts";
import type { Denial } from "../../iam-denial.ts";

/** What to do about a refusal of the admin function. Empty where its own words say it. */
const nextSteps = {
  invalid_request: "",
  no_such_account: "Check the spelling; `accounts add` adds it.",
  account_exists: "`accounts show` shows it, and `accounts passwd` changes its password.",
  phone_number_taken: "`accounts phone --remove` frees it.",
  no_such_number: "`accounts show` shows an account's number, and `accounts phone` gives it one.",
  no_such_binding: "Check the openid and the AppId; it may have been unbound already.",
  no_such_identity: "",
  identity_bound: "`bindings find` shows the account; `accounts enable` lets it in again.",
  no_such_session: "`sessions list` shows those that are open.",
  no_session_key: "The next login brings one; `session-key check` says what is stored.",
  not_enabled: "",
  no_built_in_accounts: "Here, only `accounts disable` and `accounts enable` work, with the userId.",
  app_secret_refused:
    "Compare AppId and AppSecret with https://mp.weixin.qq.com: only the one that was reset last is valid.",
  token_not_refreshed: "`doctor` says what keeps WeChat from it.",
  wechat_unavailable: "Run it again in a moment; `secret set` stores an AppSecret without asking WeChat.",
  store_unavailable: "",
} as const satisfies Record<AdminRefusal, string>;

const whereTheSecretIs =
  "The AppSecret is shown, once, at https://mp.weixin.qq.com under 开发管理 > 开发设置 > AppSecret(小程序密钥).";

/** What commander says about a command line. */
interface ParserError {
  readonly code: string;
  /** In English, without its full stop. */
  readonly sentence: string;
  /** What is wrong: a command, an option, an argument. */
  readonly name?: string | undefined;
  /** What may have been meant: one or several, with commas. */
  readonly meant?: string | undefined;
}

/** Why a command did not do what it was told. */
export const failures = {
  sentences: (...sentences: readonly string[]) => sentences.filter(Boolean).join(" "),
  /** The admin function's own words, and what to do next. */
  refused: (code: AdminRefusal, detail: string) =>
    `${/[.!?]$/.test(detail) ? detail : `${detail}.`} ${nextSteps[code]}`.trim(),

  eitherUserOrOpenid: "Give either --user or --openid.",
  eitherUserOrPhone: "Give either --user or --phone.",
  eitherNumberOrRemove: "Give either a number or --remove.",
  appIdOfUser: "--app-id goes with --openid: a userId has its bindings in every AppId.",
  phoneAlone: "--phone goes without --user, --openid and --app-id.",
  whichDeployment:
    "Say which deployment: --stack NAME for a stack in AWS, or --local for the local stack that `npm start` runs.",
  localAlone: (option: string) => `--local is the local stack: it does not go with ${option}.`,
  mustBeUrl: (option: string, example: string) => `${option} takes a URL, such as ${example}.`,
  lang: "--lang takes zh or en.",
  wechatAlone: (option: string) => `wechat needs no deployment: it does not go with --${option}.`,
  port: "--port takes a number from 0 to 65535.",
  portTaken: (port: number, other: string) =>
    `Port ${port} is taken. End what runs there, or choose another: ${other}`,
  portForbidden: (port: number, other: string) => `Port ${port} may not be used. Choose another: ${other}`,
  app: "--app takes APPID:SECRET or APPID:SECRET:OWNER, such as wx0123456789abcdef:made-up:acme.",
  appTwice: "--app names an AppId twice. Each mini-program has one AppSecret.",
  nameACommand: "Name a command.",
  excessArguments:
    "Too many arguments. Passwords and the AppSecret are none: they are typed at a prompt, or piped in.",
  parser: ({ sentence, meant }: ParserError) =>
    [`${sentence}.`, meant && `(Did you mean ${meant}?)`, "See --help."].filter(Boolean).join(" "),

  needsYes:
    "This asks before it does what cannot be undone, and standard input is not a terminal: add --yes.",
  notConfirmed: "Nothing was changed.",
  emptyInput: (what: "password" | "AppSecret" | "New AppSecret") =>
    `Nothing came on standard input, where the ${what} is read from: pipe it in.`,
  inputTooLong: "The first line of standard input is too long.",
  inputNotUtf8: "What came on standard input is not UTF-8.",
  whereTheSecretIs,
  secretIsPlaceholder: `This is the placeholder that a new stack comes with. ${whereTheSecretIs}`,
  notASecret: `An AppSecret has 32 hexadecimal digits, and this has not. ${whereTheSecretIs}`,

  interrupted: "Interrupted.",
  interruptedBeforeSending: "Interrupted before anything was sent.",
  interruptedUnderWay: "Interrupted. A request that was under way may have been carried out all the same.",
  notKnownWhetherDone: "It is not known whether this was carried out: look before you repeat it.",
  unexpected: (what: string) => `Something unexpected went wrong: ${what}`.trim(),

  noProfile: (profile: string, config: string, credentials: string, others: string, said: string) =>
    `There is no profile ${profile} in ${config} or ${credentials}, which have ${others || "none at all"}. Check ${said}.`,
  proxy: {
    notAUrl: (_proxy: string, _what: string) => "HTTPS_PROXY is no URL, such as http://proxy.example:8080",
    protocol: (proxy: string, protocol: string) =>
      `HTTPS_PROXY names ${proxy} with ${protocol}//, and only http:// and https:// will do`,
    notReached: (proxy: string, why: string) => `The proxy ${proxy} (HTTPS_PROXY) cannot be reached (${why})`,
    wantsCredentials: (proxy: string, _what: string) =>
      `The proxy ${proxy} (HTTPS_PROXY) wants a user and a password`,
    refuses: (proxy: string, what: string) => `The proxy ${proxy} (HTTPS_PROXY) refuses ${what}`,
  },
  checkProxy: (what: string) => `${what}. Check HTTPS_PROXY and NO_PROXY.`,
  credentials: (name: string) =>
    `AWS does not know you (${name}). Log in (\`aws sso login\`, \`aws login\` or \`aws configure\`), or name a ` +
    "profile with --profile or AWS_PROFILE, and run this again.",
  localCredentials: (url: string) =>
    `The local stack at ${url} does not know you: run this in the directory in which \`npm start\` runs, as the same user.`,
  accessDenied: ({ said }: Denial, stack: string) =>
    `AWS does not allow this: ${said}. Whoever runs this needs cloudformation:DescribeStacks on the stack ` +
    `${stack} and lambda:InvokeFunction on its admin function.`,
  noRegion: "No AWS Region is set. Name one with --region or AWS_REGION.",
  noAdminFunction: (stack: string) =>
    `The admin function that the stack ${stack} names is not there. Deploy the stack again.`,
  notAStackName: (stack: string) =>
    `${stack} is not a stack name: letters, digits and hyphens, beginning with a letter. Check --stack.`,
  noStack: (stack: string, region: string) =>
    `There is no stack ${stack} in ${region}. Check the name, and --region and AWS_PROFILE; \`npx cdk deploy\` deploys it.`,
  noLocalStack: (stack: string, url: string) =>
    `There is no stack ${stack} at ${url}: is it the local stack's URL?`,
  missingOutput: (stack: string, output: string, status: string, local: boolean) =>
    `The stack ${stack} has no output ${output} (its status is ${status}). It may come from an older version, or ` +
    `its deployment did not end: ${local ? "start it again with `npm start`" : "deploy it again with `npx cdk deploy`"}.`,
  busy: (name: string, url?: string) =>
    `${url === undefined ? "AWS" : `The local stack at ${url}`} is too busy for this (${name}). Run it again in a moment.`,
  noAnswerInTime: "no answer in time",
  awsNotReachable: (why: string) =>
    `AWS cannot be reached (${why}). Check the network and the Region, and run this again.`,
  localNotReachable: (url: string, why: string) =>
    `Nothing answers at ${url} (${why}). Run \`npm start\` in another terminal, or name its URL: --local URL.`,
  endpointNotReachable: (url: string, why: string) =>
    `Nothing answers at ${url} (${why}). Check --endpoint-url.`,
  answered: (name: string, url?: string) =>
    url === undefined
      ? `AWS answered ${name || "something that is no error"}. Run it again; if that does not help, AWS's documentation of ` +
        "CloudFormation and of Lambda's Invoke explains the error."
      : `The local stack at ${url} answered ${name || "something that is no error"}. Run it again; if that does not help, ` +
        "run `npm start` again, of the same version.",
  misunderstood:
    "The admin function answered something that this command line does not understand. Deploy the stack and run the " +
    "command line from the same version.",
  adminTimedOut: "The admin function did not end in time. Its log group in CloudWatch says why.",
  adminFailed: "The admin function failed. Its log group in CloudWatch says why.",
};
