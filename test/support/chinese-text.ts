/** Names, and what WeChat's and AWS's own Chinese pages leave in Latin letters. */
const latin: ReadonlySet<string> = new Set(
  `ACM API ARN AWS AppID AppSecret CDK CI CLI CSV CloudWatch Cognito CommonJS Ctrl-C DynamoDB E.164 ES
  English Excel GET Gateway H5 HEAD HTTP HTTPS Host IAM ICP ID IP ISO JSON KB KMS Lambda MD5 Manager NAT
  Node REST RFC SDK SIM SNS Secrets SessionId TLS Taro TypeScript UTC UTF-8 argon2id arm64 authorizer
  bcrypt cloudflared code commander errno frp iOS id ngrok npm request scrypt uni-app Stryker vitest weapp-login
  web-view ApiFails AuthorizerFails FunctionsThrottled Lockouts LoginsFail LoginsSlow MustLook
  TablesThrottled WeChatBusy WeChatQuotaExhausted WeChatRateLimited WeChatTimeout WeChatUnavailable
  WeChatUserBlocked Docker GB Java Promise Stryker`.split(/\s+/),
);

/** English words that are no names. `names`: more of them. */
export function englishWordsIn(text: string, names = /^$/): string[] {
  const words = text.match(/(?<!\w)[A-Za-z](?:[\w.-]*\w)?/g) ?? [];
  return words.filter((word) => !latin.has(word) && !names.test(word));
}

/** Lines without Chinese punctuation, or without a blank between Chinese and Latin. */
export function badlySetIn(text: string): string[] {
  return [
    /.*\p{Script=Han}[`\]*]*([,;:!?()]|\.(?!\w)).*/gu,
    /.*[,;:!?(][`[*]*\p{Script=Han}.*/gu,
    /.*(\p{Script=Han}[A-Za-z0-9`]|[A-Za-z0-9`]\p{Script=Han}).*/gu,
  ].flatMap((wrong) => text.match(wrong) ?? []);
}
