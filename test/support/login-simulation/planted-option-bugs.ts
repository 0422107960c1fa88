import type { PlantedBug } from "../planted-bug.ts";

/** Mistakes in what only some owners have: phone numbers, access tokens and open data. */
export const plantedOptionBugs: readonly PlantedBug[] = [
  {
    name: "a number lets in its next holder",
    file: "functions/dynamodb/number-memory.ts",
    replace:
      '"(attribute_not_exists(#byNumber) OR #byNumber = :holder OR #number <> :number OR #allowed > :now)"',
    by: '"(attribute_not_exists(#byNumber) OR attribute_exists(#byNumber))"',
  },
  {
    name: "a number binds beside an identity that is there",
    file: "functions/dynamodb/number-memory.ts",
    replace: '"attribute_not_exists(#identities)",',
    by: "",
  },
  {
    name: "WeChat is not told whose phone code it is",
    file: "functions/wechat/phone-number.ts",
    replace: "json: { code: phoneCode, openid },",
    by: "json: { code: phoneCode },",
  },
  {
    name: "a number opens the account that had it when it was looked up",
    file: "functions/dynamodb/phone-numbers.ts",
    replace: "return account?.phoneNumber === phoneNumber ? account : undefined;",
    by: "return account;",
  },
  {
    name: "a number is given to a second account",
    file: "functions/dynamodb/phone-numbers.ts",
    replace: '      ConditionExpression: "attribute_not_exists(#key)",\n',
    by: "",
  },
  {
    name: "a phone code is spent on who is bound",
    file: "functions/core/login-by-phone.ts",
    replace: "if (isBound(binding) || binding?.disabled)",
    by: "if (binding?.disabled)",
  },
  {
    name: "a phone code is sent again when WeChat does not answer",
    file: "functions/core/phone-number.ts",
    replace: "const told = await deps.phoneCodes.exchange(identity, phoneCode, accessToken);",
    by: 'let told = await deps.phoneCodes.exchange(identity, phoneCode, accessToken);\n    if (Object(told).refused === "wechat_timeout" || Object(told).refused === "wechat_unavailable") told = await deps.phoneCodes.exchange(identity, phoneCode, accessToken);',
  },
  {
    name: "an outage does not say that a phone code is spent",
    file: "functions/core/login-by-phone.ts",
    replace: "throw new PhoneCodeSpent(error, await ticketIfThereCanBe(request, attempt));",
    by: "throw error;",
  },
  {
    name: "phone codes are not counted by identity",
    file: "functions/core/phone-number.ts",
    replace: `if ((await counters.charge(\`phone#\${number}#\${who}\``,
    by: `if (false && (await counters.charge(\`phone#\${number}#\${who}\``,
  },
  {
    name: "a number stays with an identity that is unbound",
    file: "functions/dynamodb/revocations.ts",
    replace: "unionid, phoneNumber ADD generation :one",
    by: "unionid ADD generation :one",
  },
  {
    name: "a number is kept of a session that has ended",
    file: "functions/dynamodb/kept-numbers.ts",
    replace: `\`userId = :userId AND \${isStill("generation", generation)}\``,
    by: `\`attribute_exists(generation) AND \${isStill("generation", generation)} OR generation > :generation\``,
  },
  {
    name: "a token forced twice",
    file: "functions/core/access-token-administration.ts",
    replace: 'return stored.state === "set" ? stableToken.ask(appId, stored.value, true) : undefined;',
    by: 'if (stored.state !== "set") return undefined;\n  const first = await stableToken.ask(appId, stored.value, true);\n  return first.refusal?.refused === "wechat_timeout" ? stableToken.ask(appId, stored.value, true) : first;',
  },
  {
    name: "a token that WeChat refuses is ended for everybody",
    file: "functions/core/access-token.ts",
    replace: "return cachedAccessTokens(async (appId) => {",
    by: "return cachedAccessTokens(async (appId, refused) => {",
    also: {
      replace: "await askWithSecret(appId, stableToken, appSecrets);",
      by: "await askWithSecret(appId, stableToken, appSecrets, refused !== undefined);",
    },
  },
  {
    name: "a token that WeChat refuses is kept",
    file: "functions/core/access-token-cache.ts",
    replace: "if (cached?.token.value === value) cache.delete(appId);",
    by: "if (cached?.token.value === value) return current(appId, value);",
  },
  {
    name: "a token is kept after its end",
    file: "functions/core/access-token-cache.ts",
    replace: "if (now() < cached.askAgainAt) return cached.token;",
    by: "if (now() < cached.token.expiresAt + 600_000) return cached.token;",
  },
  {
    name: "a token is asked for each time",
    file: "functions/core/access-token-cache.ts",
    replace: "if (now() < cached.askAgainAt) return cached.token;",
    by: "",
  },
  {
    name: "a renewed AppSecret gets no token",
    file: "functions/core/access-token.ts",
    replace: "return stableToken.ask(appId, renewed.value, force);",
    by: "return verdict;",
  },
  {
    name: "open data are opened for whoever sends them",
    file: "functions/core/open-data.ts",
    replace: "data.openId === undefined || data.openId === openid ? watermark.timestamp : undefined",
    by: "watermark.timestamp",
  },
  {
    name: "a session_key that comes again pushes the other out",
    file: "functions/dynamodb/session-keys.ts",
    replace: "(attribute_not_exists(latest) OR latest <> :key) AND ",
    by: "",
  },
  {
    name: "a session_key that was reset is kept again",
    file: "functions/dynamodb/session-keys.ts",
    replace: '"NOT contains(dropped, :hash)"',
    by: '"attribute_not_exists(nothing)"',
  },
  {
    name: "only the latest session_key is tried",
    file: "functions/dynamodb/session-keys.ts",
    replace: "new Set([latest, previous])",
    by: "new Set([latest])",
  },
  {
    name: "the log says what was opened",
    file: "functions/open-data/handler.ts",
    replace: 'outcome: "opened", status: 200, ...who',
    by: 'outcome: "opened", status: 200, ...who, data: opened.data',
  },
];
