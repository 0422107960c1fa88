import * as v from "valibot";
import { described, type Immutable, shape } from "./schema.ts";

const weChatContact = v.pipe(
  v.union([
    v.object({ milliseconds: v.number(), aheadSeconds: v.exactOptional(v.number()) }),
    v.object({
      failed: described(v.string(), "Why it was not: the name of a network error, `HTTP 502`, or the like."),
    }),
  ]),
  v.title("WeChatContact"),
  v.description(
    "How WeChat was reached: how long it took, and how far the function's clock is ahead of WeChat's where WeChat says " +
      "its time.",
  ),
);

const secretVerdicts = ["accepted", "refused", "unknown_app", "frozen", "unknown"] as const;

const setting = v.pipe(
  v.picklist(["on", "off", "not needed", "unknown"]),
  v.title("Setting"),
  v.description("Whether a table has it."),
);

const secretState = shape("SecretState", "An AppSecret, and what WeChat says to it.", {
  appId: v.string(),
  state: described(
    v.picklist([...secretVerdicts, "placeholder", "missing", "unreadable"]),
    "`unreadable`: Secrets Manager did not give it; `unknown`: WeChat said neither yes nor no, or was not reached.",
  ),
  errcode: v.exactOptional(described(v.number(), "WeChat's, where it refused or said neither yes nor no.")),
  why: v.exactOptional(described(v.string(), "Of Secrets Manager: the name of its error.")),
  proven: v.exactOptional(
    described(
      v.boolean(),
      "Where it is accepted: whether it carries the mark of having been so when it was stored.",
    ),
  ),
});

const tableState = shape("TableState", "A table as DynamoDB describes it.", {
  table: v.picklist(["Bindings", "Accounts", "Sessions", "Attempts", "SessionKeys"]),
  name: described(v.string(), "In DynamoDB."),
  state: described(
    v.picklist(["there", "missing", "unreadable"]),
    "`unreadable`: whether and how it is there could not be found out; `why` names the error.",
  ),
  why: v.exactOptional(v.string()),
  timeToLive: setting,
  pointInTimeRecovery: setting,
  deletionProtection: setting,
});

const functionState = shape("FunctionState", "A function behind the API, as Lambda describes it.", {
  function: v.picklist(["login", "session", "authorizer"]),
  name: described(v.string(), "In Lambda."),
  state: described(
    v.picklist(["there", "missing", "unusable", "unreadable"]),
    "`unusable`: Lambda could not put it in order; `unreadable`: whether it is there could not be found out. `why` says more.",
  ),
  why: v.exactOptional(v.string()),
  invokableByApi: described(
    v.picklist(["yes", "no", "unknown"]),
    "Whether its policy lets API Gateway invoke it.",
  ),
});

const trial = v.pipe(
  v.union([
    v.object({ milliseconds: v.number() }),
    v.object({ failed: described(v.string(), "What was wrong, in words or as the name of an error.") }),
  ]),
  v.title("Trial"),
  v.description("Something that was tried: how long it took, or how it failed."),
);

const accessTokenState = shape("AccessTokenState", "Whether WeChat gives an access token, and if not, why.", {
  appId: v.string(),
  state: described(
    v.picklist(["given", "refused", "no secret"]),
    "`no secret`: there is no AppSecret to ask with, as `secrets` says.",
  ),
  errcode: v.exactOptional(described(v.number(), "WeChat's; absent where it was not reached.")),
  address: v.exactOptional(
    described(v.string(), "That WeChat saw, where it is not on the mini-program's IP list (40164)."),
  ),
});

/** The members of a diagnosis, for whoever adds to them. */
export const diagnosisEntries = {
  secrets: v.array(secretState),
  weChat: weChatContact,
  tables: v.array(tableState),
  functions: v.array(functionState),
  verifier: v.exactOptional(
    described(
      trial,
      "A made-up name and password, which must be refused; absent where there are no passwords.",
    ),
  ),
  accessTokens: v.exactOptional(
    described(v.array(accessTokenState), "Absent where the deployment has no use for access tokens."),
  ),
  hashing: v.exactOptional(
    described(trial, "One password hashed, as the built-in accounts need it; absent where there are none."),
  ),
};

const diagnosis = v.object(diagnosisEntries);

/** What WeChat says to an AppSecret. `unknown`: neither yes nor no. */
export type SecretVerdict = (typeof secretVerdicts)[number];
export type WeChatContact = Immutable<v.InferOutput<typeof weChatContact>>;
export type Setting = v.InferOutput<typeof setting>;
export type SecretState = Immutable<v.InferOutput<typeof secretState>>;
export type TableState = Immutable<v.InferOutput<typeof tableState>>;
export type FunctionState = Immutable<v.InferOutput<typeof functionState>>;
export type AccessTokenState = Immutable<v.InferOutput<typeof accessTokenState>>;
export type Trial = Immutable<v.InferOutput<typeof trial>>;
export type Diagnosis = Immutable<v.InferOutput<typeof diagnosis>>;
