export const verifiers = ["built-in", "own, with generations", "own, without generations", "none"] as const;

/** How the owner has set things up. */
export interface Setup {
  readonly verifier: (typeof verifiers)[number];
  readonly oneIdentityPerApp: boolean;
  readonly apps: 1 | 2;
  readonly people: 1 | 2 | 3;
  readonly accounts: 1 | 2;
  /** Milliseconds that the clocks of instances are ahead, one after the other as they start. */
  readonly clocks: readonly number[];
  /** Tight limits are reached. */
  readonly limits: "off" | "tight" | "generous";
  /** The owner's authorizerCache, in seconds. */
  readonly cacheSeconds: 0 | 300;
  /** Undefined: nobody logs in by phone number. */
  readonly phone?: PhoneSetup | undefined;
  /** Whether open data are opened. */
  readonly sessionKeys: boolean;
  /** Seconds that WeChat's access tokens live. */
  readonly tokenSeconds: 7_200 | 345;
}

export interface PhoneSetup {
  readonly nextHolder: "refuse" | "bind";
  readonly keepNumber: boolean;
  /** Tight limits of a day are reached. */
  readonly limits: "tight" | "generous";
}

/** One thing that happens, some time after the one before. */
export interface Step {
  /** Milliseconds. */
  readonly after: number;
  /** Which person or account it is about, and with which phone. */
  readonly who: 0 | 1 | 2;
  readonly phone: 0 | 1;
  /** Which of several: a session of theirs, another's account. */
  readonly which: 0 | 1 | 2 | 3;
  readonly what: Happening;
}

export interface Schedule {
  readonly setup: Setup;
  readonly steps: readonly Step[];
  /** What becomes of the requests that leave the functions, one after the other; those after them go well. */
  readonly faults: readonly Fault[];
  /** How long each takes. */
  readonly timing: number;
}

/** What people, operators, the owner and the world do. */
export const happenings = {
  people: [
    "logs in",
    "logs in",
    "logs in",
    "types the password",
    "types the password",
    "types the password",
    "types an old password",
    "mistypes the password",
    "types another's password",
    "sends the code again",
    "sends one code twice",
    "invents a code",
    "asks who it is",
    "uses the owner's routes",
    "lists the phones",
    "logs out",
    "logs out everywhere",
    "ends a session",
    "unbinds",
  ],
  operators: [
    "revokes the user",
    "revokes the identity",
    "revokes a session",
    "removes the bindings",
    "removes the binding",
    "enables the identity",
    "disables",
    "enables",
    "changes the password",
    "removes the account",
    "adds the account",
    "looks",
    "repeats it",
    "rotates the secret",
    "sets the secret",
  ],
  world: [
    "WeChat changes the secret",
    "TTL sweeps",
    "the functions are started anew",
    "WeChat hangs",
    "WeChat hangs",
    "DynamoDB is away",
    "Secrets Manager is away",
  ],
  phone: [
    "logs in by phone",
    "logs in by phone",
    "logs in by phone",
    "logs in by another's phone code",
    "sends the phone code again",
    "sends one phone code twice",
    "shows the number",
    "shows the number",
    "shows another's number",
    "gives the account a number",
    "gives the account a number",
    "takes the account's number",
    "allows the next identity",
    "the number goes to somebody else",
    "the number goes to somebody else",
  ],
  openData: [
    "opens data",
    "opens data",
    "opens data",
    "verifies data",
    "opens old data",
    "opens another's data",
    "calls wx.login for nothing",
    "resets the session_key",
    "checks the session_key",
  ],
  accessTokens: [
    "borrows the token",
    "borrows the token",
    "uses the token",
    "uses the token",
    "forces the token",
    "somebody else forces the token",
  ],
} as const;

type Kind = keyof typeof happenings;
export type Happening = (typeof happenings)[Kind][number];

export const faults = [
  "slow",
  "slow",
  "late",
  "late",
  "request lost",
  "answer lost",
  "answer lost",
  "refused for now",
  "refused for now",
  "conflict",
  "conflict",
  "odd answer",
  "unprocessed",
  "blocked",
  "over the quota",
  "killed before",
  "killed after",
] as const;

export type Fault = (typeof faults)[number] | "none";
