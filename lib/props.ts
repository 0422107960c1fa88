import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Architecture, IFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";

/** What a prop may be, and its default, is read in prop-schemas.ts; any other value throws at synthesis. */
export interface WeappLoginProps {
  /** The mini-program's AppId (`wx…`). With another one, the secret of the old one is left behind. */
  readonly appId: string;
  /**
   * Further mini-programs this deployment serves; each gets an AppSecret of its own.
   *
   * @default []
   */
  readonly otherAppIds?: readonly string[];
  /**
   * Who knows usernames and passwords. `built-in`: a table of accounts, kept with the command line. A function of yours:
   * `{ username, password, appId }`, and with `phone` also `{ phoneNumber, appId }`, -> `{ userId, generation?, countAs? }`
   * or `{ refused: "invalid_credentials" | "account_disabled", countAs? }`. `generation` is a whole number that grows
   * whenever the password or the phone number changes (yours is asked
   * twice at a bind), `countAs` the name that attempts on this spelling of it count for. `none`:
   * nobody; the first login of an identity makes a userId for it. Whoever leaves `built-in` leaves the table of accounts
   * behind, and whoever comes back gets an empty one: docs/adopt-retained.md.
   *
   * @default "built-in"
   */
  readonly verifier?: "built-in" | "none" | IFunction;
  /**
   * Whether an account may have more than one WeChat identity per AppId.
   *
   * @default "many"
   */
  readonly identitiesPerAccount?: "many" | "one-per-app";
  /**
   * How long a session lives. Replaced by silent login, which nobody notices.
   *
   * @default Duration.hours(24)
   */
  readonly sessionLifetime?: Duration;
  /**
   * How long API Gateway may reuse the authorizer's answer on your routes, an hour at most. Whatever you set here is how
   * long a logged-out, unbound or disabled user still gets in there. The routes of the login itself reuse nothing.
   *
   * @default Duration.seconds(0)
   */
  readonly authorizerCache?: Duration;
  /**
   * People log in, and bind, by the phone number that WeChat has of them, and `POST /phone` tells it: `{}` for the
   * defaults. WeChat is paid for each. With the verifier `none`, a code alone makes no account then. docs/phone-login.md
   *
   * @default nobody does
   */
  readonly phone?: PhoneProps;
  /**
   * Open data: keeps each WeChat identity's two latest `session_key`s, in a table of its own, and adds `POST /open-data`,
   * which decrypts and verifies what `wx` gives. Needed for WeRun steps and the ids of group chats, and not for phone
   * numbers: docs/open-data.md.
   *
   * @default false
   */
  readonly sessionKeys?: boolean;
  /** Password attempts, and codes that WeChat calls invalid, before `too_many_attempts`. */
  readonly attempts?: AttemptsProps;
  /**
   * What becomes of bindings and accounts when the stack goes: RETAIN, with deletion protection, or DESTROY.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Production mini-programs may only call domains that are filed (ICP) and listed in WeChat's console.
   *
   * @default the API's own
   */
  readonly domain?: DomainProps;
  /**
   * Lets pages in a browser (H5) call the API. Mini-programs need no CORS.
   *
   * @default none may
   */
  readonly cors?: CorsProps;
  /**
   * Of `/login`, for all clients together.
   *
   * @default what the account allows (10,000 a second in most Regions)
   */
  readonly loginThrottle?: ThrottleProps;
  /**
   * Where WeChat is: another of its domains for the day that the usual one is down, or a stand-in for a staging stack.
   * Codes and AppSecrets are sent there. `https://` and a host, or `http://` and this machine.
   *
   * @default "https://api.weixin.qq.com"
   */
  readonly weChatBaseUrl?: string;
  /**
   * Your own key for the tables and AppSecrets; the stack must have a Region. Whoever may not use the key cannot log in,
   * and whoever deletes it deletes every binding.
   *
   * @default AWS's own keys
   */
  readonly encryptionKey?: IKey;
  /**
   * A function that lends WeChat's access token to your own Lambdas, invoked with IAM only: for each, call
   * `grantAccessToken(fn)`, which adds the function too where this is not said. docs/access-tokens.md.
   *
   * @default false
   */
  readonly accessTokens?: boolean;
  /**
   * Asks WeChat how risky a person looks (`getuserriskrank`) before an identity is bound for the first time, and turns
   * them away with `wechat_user_blocked`. Where WeChat cannot tell, people are let in. docs/access-tokens.md.
   *
   * @default nobody is asked about
   */
  readonly riskRank?: RiskRankProps;
  /**
   * Where the functions that talk to WeChat run, for a fixed address on WeChat's IP list: subnets whose way out is a NAT
   * gateway with an Elastic IP. docs/access-tokens.md says what it costs.
   *
   * @default not in a VPC, and so with addresses that change
   */
  readonly vpc?: VpcProps;
  /**
   * Instances set aside, so that a flood of logins cannot starve the authorizer. A new AWS account has 10 in all, and a
   * deploy that wants more fails.
   *
   * @default none
   */
  readonly reservedConcurrency?: ReservedConcurrencyProps;
  /**
   * Metrics out of the logs, a dashboard, and alarms. What they mean, what to do and what they cost: docs/runbook.md.
   *
   * @default true
   */
  readonly monitoring?: boolean;
  /**
   * Where alarms go. Yours must let `cloudwatch.amazonaws.com` publish, and the key it may be encrypted with must let it
   * too.
   *
   * @default a topic of its own (output `AlarmTopicArn`) that takes messages over TLS only
   */
  readonly alarmTopic?: ITopic;
  /**
   * Subscribed to the topic. AWS sends a message to it first, with a link that somebody must follow.
   *
   * @default nobody
   */
  readonly alarmEmail?: string;
  /**
   * The page that an alarm's text links to, with the alarm's name as anchor (`#loginsfail`): docs/runbook.md where you
   * publish it, or a page of yours with the same headings. `https://`, without a fragment.
   *
   * @default docs/runbook.md in the repository that the package's package.json names; only its name, where there is none
   */
  readonly runbookUrl?: string;
  /** @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays;
  /**
   * NODEJS_24_X is also the oldest that works.
   *
   * @default Runtime.NODEJS_24_X
   */
  readonly runtime?: Runtime;
  /** @default Architecture.ARM_64 */
  readonly architecture?: Architecture;
}

/**
 * 0 switches a limit off. No time of the length of `window` has more attempts than a limit says; whoever has used it up
 * waits for one to two windows.
 */
export interface AttemptsProps {
  /**
   * Per WeChat identity.
   *
   * @default 10
   */
  readonly perIdentity?: number | undefined;
  /**
   * Per source IP address: carriers put thousands of people behind one.
   *
   * @default 300
   */
  readonly perSourceIp?: number | undefined;
  /**
   * Per username.
   *
   * @default 20
   */
  readonly perUsername?: number | undefined;
  /**
   * Codes that WeChat calls invalid, per source IP address. Beyond it nobody behind the address logs in, silently or not,
   * until it is over. Each instance of the function finds out by itself: see docs/runbook.md, Lockouts.
   *
   * @default 300
   */
  readonly invalidCodesPerSourceIp?: number | undefined;
  /** @default Duration.minutes(15) */
  readonly window?: Duration | undefined;
}

export interface PhoneProps {
  /**
   * Numbers that are asked of WeChat in a day, which ends at midnight in China, in all: each is paid for.
   *
   * @default 1000
   */
  readonly perDay?: number | undefined;
  /**
   * The same for each WeChat identity.
   *
   * @default 5
   */
  readonly perIdentity?: number | undefined;
  /**
   * Carriers give numbers to new people. `refuse`: a number lets one WeChat identity of a mini-program into its account,
   * until the number changes or an operator allows another one. `bind`: it lets in whoever has it, and so the next holder
   * of the number into the last one's account.
   *
   * @default "refuse"
   */
  readonly nextHolder?: "refuse" | "bind" | undefined;
  /**
   * Whether the number that WeChat has told is kept with the identity, until it is unbound.
   *
   * @default false
   */
  readonly keepNumber?: boolean | undefined;
  /**
   * Whether business Lambdas are told it, as `phoneNumber` of the session. Needs `keepNumber`.
   *
   * @default false
   */
  readonly numberInContext?: boolean | undefined;
}

export interface DomainProps {
  /** For instance `login.example.com`. Point it at the output `DomainTarget`. */
  readonly name: string;
  /** ARN of its certificate in AWS Certificate Manager, in the Region of the stack. */
  readonly certificateArn: string;
}

export interface CorsProps {
  /** For instance `https://h5.example.com`; `*` for every site. */
  readonly allowOrigins: readonly string[];
}

/** Beyond it, API Gateway answers 429, which clients take for `retry`. */
export interface ThrottleProps {
  readonly ratePerSecond: number;
  /** How many may come at once. */
  readonly burst: number;
}

export interface ReservedConcurrencyProps {
  readonly login?: number | undefined;
  /** Of the built-in one. */
  readonly verifier?: number | undefined;
  readonly authorizer?: number | undefined;
}

/** WeChat ranks from 0, no risk found, to 4. */
export interface RiskRankProps {
  /** The lowest rank that is turned away, 1 to 4. */
  readonly refuseFrom: number;
}

export interface VpcProps {
  readonly vpc: IVpc;
  /** @default its private subnets with a way out */
  readonly subnets?: SubnetSelection | undefined;
  /** @default one for each function, which lets everything out and nothing in */
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;
}

/** Of the stack that is deployed out of this repository. */
export interface WeappLoginStackProps extends WeappLoginProps {
  /**
   * Adds `GET /hello`, an example of a protected Lambda.
   *
   * @default false
   */
  readonly hello?: boolean;
}
