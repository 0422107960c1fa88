const weChatConsole = "https://mp.weixin.qq.com (开发管理 > 开发设置)";
const ipList = "IP list at https://mp.weixin.qq.com (开发管理 > 开发设置 > IP白名单)";

/** What `doctor` finds (a clause without a full stop), and what it advises (another one). */
export const doctor = {
  /** As they stand in JSON. */
  names: {
    "credentials and Region": "credentials and Region",
    "stack outputs": "stack outputs",
    "admin function": "admin function",
    AppSecret: "AppSecret",
    WeChat: "WeChat",
    "access tokens": "access tokens",
    tables: "tables",
    "time to live": "time to live",
    backups: "backups",
    functions: "functions",
    passwords: "passwords",
    login: "login",
    sessions: "sessions",
    clocks: "clocks",
  },
  secretOf: (appId: string) => `AppSecret of ${appId}`,
  notChecked: (first: string) => `not checked: ${first} comes first`,
  joined: (clauses: readonly string[]) => clauses.join("; "),
  listed: (names: readonly string[]) => names.join(", "),
  problem: (found: string, todo: string) => `${found}. What to do: ${todo}.`,
  verdict: (problems: number) =>
    problems === 0 ? "All is well." : problems === 1 ? "1 problem." : `${problems} problems.`,

  logInAws: (fn: string) => `see the ${fn} function's log in CloudWatch, as docs/runbook.md shows it`,
  localLog: (fn: string) => `see what \`npm start\` has printed of the ${fn} function`,
  putBack: (stack: string) =>
    `run \`npx cdk drift ${stack}\`, which shows what was removed or changed, and \`npx cdk deploy ` +
    `--revert-drift ${stack}\`, which restores it`,
  localPutBack: "run `npm start` again, which runs what the template says",
  askAgain: (doctor: string, stack: string) =>
    `run ${doctor} again; if that does not help, \`npx cdk drift ${stack}\` shows whether the admin function's role was ` +
    "changed",
  localAskAgain: "run `npm start` again, of the same version",
  runAgain: (command: string) => `run ${command} again`,

  awsAnswers: "AWS answers",
  localStack: (url: string) => `the local stack at ${url}`,
  profile: (profile: string, said: string) => `profile ${profile} (${said})`,
  environmentKey: "access key of the environment (AWS_ACCESS_KEY_ID)",
  defaultCredentials: "default credentials",
  whoAndRegion: (who: string, region: string, said: string | undefined) =>
    `${who}, Region ${region} (${said ?? "the profile"})`,
  stackIs: (stack: string, status: string, apiUrl: string) => `${stack} is ${status}, its API at ${apiUrl}`,
  outputsMissing: (stack: string, status: string, outputs: readonly string[]) =>
    `${stack} is ${status} and has no ${outputs.join(" and no ")}`,
  deployForOutputs: (deploy: string) =>
    `run ${deploy}: it may come from an older version, or its deployment did not end`,
  adminAnswers: (name: string) => `${name} answers`,
  adminIsOlder: "The admin function does not know `doctor.check`: it is of an older version",
  run: (command: string) => `run ${command}`,

  secretAccepted: "accepted by WeChat",
  secretNotVerified:
    "accepted by WeChat now, though it was stored without a check: `secret rotate` with the same value adds the check",
  secretRefused: (errcode: number | undefined) =>
    `WeChat refuses it (errcode ${errcode}): it was reset there, or is another mini-program's`,
  takeLatestSecret: (rotate: string) =>
    `take the one that was reset last, or reset it at ${weChatConsole}, and run ${rotate}`,
  secretMissing: (state: "placeholder" | "missing") =>
    `${state === "placeholder" ? "still the placeholder" : "not set"}: login answers not_configured`,
  setSecret: (rotate: string) => `reset it at ${weChatConsole}, which shows it once, and run ${rotate}`,
  appUnknown: (errcode: number | undefined) => `WeChat knows no such AppId (errcode ${errcode})`,
  setAppId: (deploy: string) =>
    `put the mini-program's AppId into cdk.json (context.appId) and run ${deploy}`,
  secretFrozen: (errcode: number | undefined) => `WeChat has frozen it (errcode ${errcode})`,
  unfreeze: (doctor: string) => `unfreeze it at ${weChatConsole}, and run ${doctor} again`,
  secretUnreadable: (why: string | undefined) => `Secrets Manager does not give it to the functions (${why})`,
  undecided: (errcode: number | undefined) =>
    `WeChat says neither yes nor no${errcode === undefined ? "" : ` (errcode ${errcode})`}`,
  waitAMinute: (again: string) => `wait a minute, and run ${again} again`,
  thenAgain: (todo: string, again: string) => `${todo}, and run ${again} again`,
  addressNotListed: (errcode: number) =>
    `WeChat refuses the address that the functions call from: it is not on the mini-program's list (errcode ${errcode})`,
  removeList:
    `remove the list (IP 白名单) at ${weChatConsole}, or put the functions behind a NAT gateway and its address on ` +
    "the list: Lambda has no fixed one",
  encryptedOnly: (errcode: number) =>
    `WeChat takes encrypted calls only: API encryption is switched on for the mini-program (errcode ${errcode})`,
  switchEncryptionOff:
    "switch it off at https://mp.weixin.qq.com (开发管理 > 安全中心), for this call at least",
  quotaUsedUp: (errcode: number) => `the mini-program's calls of the day are used up (errcode ${errcode})`,
  raiseQuota:
    "wait until midnight in China (UTC+8), or raise the limit at https://mp.weixin.qq.com (开发管理 > 接口设置)",
  notPermitted: (errcode: number) => `WeChat does not permit the mini-program this call (errcode ${errcode})`,
  seeNotices: "see at https://mp.weixin.qq.com whether it is verified, and what its notices say",
  weChatAnswers: (url: string, milliseconds: number) => `${url} answers the functions in ${milliseconds} ms`,
  weChatUnreachable: (url: string, why: string) => `the functions do not reach ${url} (${why})`,
  tryLocalWeChat: (ask: string, deploy: string) =>
    `see what answers there with ${ask}; ${deploy} starts the simulator`,
  tryWeChat: (ask: string) =>
    `see whether it answers here with ${ask}; if so, something is between the functions and the internet, such as a VPC ` +
    "without a NAT gateway",

  tokensGiven: "WeChat gives them to the functions",
  tokenUnreached: (appId: string) => `WeChat was not reached for one of ${appId}`,
  tokenAddress: (address: string | undefined, appId: string) =>
    `WeChat refuses ${address ?? "the address that the functions come from"}, which is not on the IP list of ${appId} ` +
    "(errcode 40164)",
  tokenAddressTodo:
    `Lambda's addresses change: switch the ${ipList} off, or give the functions a fixed address (docs/access-tokens.md) and ` +
    "put that on it",
  tokenQuota: (appId: string) =>
    `the calls for access tokens that ${appId} has for a day are used up (errcode 45009)`,
  tokenQuotaTodo:
    "find out who else asks for them with its AppSecret; the count starts again at midnight in China (UTC+8)",
  tokenForbidden: (appId: string) => `${appId} may not have access tokens (errcode 48001)`,
  tokenForbiddenTodo: "see in WeChat's console whether the mini-program is verified and published",
  tokenEncrypted: (appId: string, errcode: number) =>
    `API encryption is switched on for ${appId} (errcode ${errcode})`,
  tokenEncryptedTodo:
    "switch it off in WeChat's console (开发管理 > 开发设置 > API安全): the functions do not encrypt",
  tokenRefused: (appId: string, errcode: number) => `WeChat gives none of ${appId} (errcode ${errcode})`,

  thereAre: (names: string) => `${names} are there`,
  isMissing: (name: string) => `${name} is missing`,
  notDescribed: (name: string, why: string | undefined) => `${name} cannot be described (${why})`,
  settings: { timeToLive: "time to live", pointInTimeRecovery: "point-in-time recovery" },
  settingUnknown: (setting: string, table: string) => `${setting} of ${table} cannot be described`,
  settingOff: (setting: string, table: string) => `${setting} of ${table} is off`,
  switchesItOn: (command: string) => `run ${command} again, which switches it on`,
  settingOn: (setting: string, tables: string) => `${setting} is on for ${tables}`,
  protected: ", deletion protection too",
  unprotected: (tables: string) => `, deletion protection is off for ${tables}`,
  makesTables: (deploy: string) => `run ${deploy} again, which makes the tables`,
  restoreTable: (name: string, list: string, restore: string) =>
    `find the backup that DynamoDB took when ${name} was deleted with ${list}, and run ${restore}`,
  createTable: (create: string, doctor: string) => `run ${create}, and then ${doctor} again`,

  functionsThere: (names: string) => `${names} are there, and the API may invoke them`,
  functionUnusable: (name: string, why: string | undefined) =>
    `Lambda could not make ${name} ready to run (${why})`,
  notInvokable: (name: string) => `the API may not invoke ${name}`,
  invokableUnknown: (name: string) => `whether the API may invoke ${name} cannot be found out`,
  noPasswords: "there are none: the first login of a WeChat identity makes its account",
  verifierFailed: (what: string) => what,
  noArgon2id: (why: string) => `Node.js as the functions run it cannot hash with argon2id (${why})`,
  otherRuntime: "deploy with another `runtime`: Node.js 24.7 or newer has argon2id where its OpenSSL has",
  verifierRefuses: (milliseconds: number) =>
    `the account verifier refuses a made-up one in ${milliseconds} ms`,
  letAdminIn: (putBack: string) =>
    `${putBack}; a verifier of your own must let the admin function's role in, as it does the login function's`,

  loginWorks: "the API refuses a made-up code, as it must",
  tooManyCodes: "too many invalid codes have come from this machine's address",
  waitForCodes: "wait 15 minutes, and run this again",
  loginAnswers: (answer: string) => `the API answers ${answer} to a made-up code, and not 401 invalid_code`,
  sessionsWork: (routes: number) =>
    `the ${routes} routes ask for a session, and the authorizer refuses a made-up one`,
  routeAnswers: (route: string, answer: string, to: "none" | "made-up", expected: number) =>
    `${route} answers ${answer} to ${to === "none" ? "no session" : "a made-up session"}, and not ${expected}`,
  apiUnreachable: (why: string) => `the API cannot be reached from here (${why})`,
  noAnswerInTime: "no answer in time",
  checkNetwork:
    "check the network and HTTPS_PROXY; with a domain of your own, whether its DNS record is what the output DomainTarget says",
  routeMissing: (putBack: string, route: string) => `${putBack}: the route \`${route}\` is not there`,
  routeThrottled: "wait a moment, and run this again: API Gateway throttles the route (`loginRatePerSecond`)",
  routeChanged: (putBack: string, route: string) =>
    `${putBack}: the route \`${route}\`, its authorizer, its function or its permission is not what was deployed`,

  thisClock: (seconds: number, ahead: boolean) =>
    `this machine is ${seconds} s ${ahead ? "ahead of" : "behind"} the functions`,
  setClock:
    "set its clock, for instance with `sudo timedatectl set-ntp true` or `sudo sntp -sS time.apple.com`",
  functionsClock: (seconds: number, ahead: boolean) =>
    `the functions are ${seconds} s ${ahead ? "ahead of" : "behind"} WeChat`,
  compareClocks: (url: string, doctor: string) =>
    `compare \`date -u\` with \`curl -sI ${url}\`, and run ${doctor} again`,
  clocksAgree: (seconds: number) => `this machine, the functions and WeChat agree to ${seconds} s`,
  clocksAgreeWithoutWeChat: (seconds: number) =>
    `this machine and the functions agree to ${seconds} s; WeChat did not say its time`,
};
