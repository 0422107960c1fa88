import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Architecture, IFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { CorsProps, DomainProps, ThrottleProps } from "./login-api.ts";

export interface WeappLoginProps {
  /** The mini-program's AppId (`wx…`). */
  readonly appId: string;
  /** Further mini-programs this deployment serves; each gets an AppSecret of its own. */
  readonly otherAppIds?: readonly string[];
  /**
   * Who knows usernames and passwords. `built-in` (the default): a table of accounts, kept with the command line. A
   * function of yours: `{ username, password, appId }` -> `{ userId }` or `{ refused: "invalid_credentials" |
   * "account_disabled" }`. `none`: nobody; the first login of an identity makes a userId for it.
   */
  readonly verifier?: "built-in" | "none" | IFunction;
  /** Whether an account may have more than one WeChat identity per AppId. Default: `many`. */
  readonly identitiesPerAccount?: "many" | "one-per-app";
  /** How long a session lives. Default: 24 hours. Replaced by silent login, which nobody notices. */
  readonly sessionLifetime?: Duration;
  /**
   * How long API Gateway may reuse the authorizer's answer. Default: not at all. Whatever you set here is how long a
   * logged-out, unbound or disabled user still gets in.
   */
  readonly authorizerCache?: Duration;
  /** Password attempts, and codes that WeChat calls invalid, before `too_many_attempts`. */
  readonly attempts?: AttemptsProps;
  /** What becomes of bindings and accounts when the stack goes. Default: RETAIN, with deletion protection. */
  readonly removalPolicy?: RemovalPolicy;
  /** Production mini-programs may only call domains that are filed (ICP) and listed in WeChat's console. */
  readonly domain?: DomainProps;
  /** Lets pages in a browser (H5) call the API. Default: none may; mini-programs need no CORS. */
  readonly cors?: CorsProps;
  /** Of `/login`, for all clients together. Default: what the account allows (10,000 a second in most Regions). */
  readonly loginThrottle?: ThrottleProps;
  /**
   * Your own key for the tables and AppSecrets; the stack must have a Region. Default: AWS's own keys. Whoever may not
   * use the key cannot log in, and whoever deletes it deletes every binding.
   */
  readonly encryptionKey?: IKey;
  /**
   * Instances set aside, so that a flood of logins cannot starve the authorizer. Default: none, because a new AWS
   * account has 10 in all and the deploy would fail.
   */
  readonly reservedConcurrency?: {
    readonly login?: number;
    readonly verifier?: number;
    readonly authorizer?: number;
  };
  /**
   * Metrics out of the logs, a dashboard, and alarms. Default: true. What they mean, what to do and what they cost:
   * docs/runbook.md.
   */
  readonly monitoring?: boolean;
  /**
   * Where alarms go. Default: a topic of its own (output `AlarmTopicArn`) that takes messages over TLS only. Yours must
   * let `cloudwatch.amazonaws.com` publish, and the key it may be encrypted with must let it too.
   */
  readonly alarmTopic?: ITopic;
  /** Subscribed to the topic. AWS sends a message to it first, with a link that somebody must follow. */
  readonly alarmEmail?: string;
  /** Default: 90 days. */
  readonly logRetention?: RetentionDays;
  /** Default: NODEJS_24_X, which is also the oldest that works. */
  readonly runtime?: Runtime;
  /** Default: ARM_64. */
  readonly architecture?: Architecture;
}

/**
 * 0 switches a limit off. No time of the length of `window` has more attempts than a limit says; whoever has used it up
 * waits for one to two windows.
 */
export interface AttemptsProps {
  /** Per WeChat identity. Default: 10. */
  readonly perIdentity?: number;
  /** Per source IP address. Default: 300, because carriers put thousands of people behind one address. */
  readonly perSourceIp?: number;
  /** Per username. Default: 20. */
  readonly perUsername?: number;
  /**
   * Codes that WeChat calls invalid, per source IP address. Default: 300. Beyond it nobody behind the address logs in,
   * silently or not, until it is over. Each instance of the function finds out by itself: see docs/runbook.md, Lockouts.
   */
  readonly invalidCodesPerSourceIp?: number;
  /** Default: 15 minutes. */
  readonly window?: Duration;
}
