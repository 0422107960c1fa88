import type {
  Diagnosis,
  FunctionState,
  SecretState,
  TableState,
  Trial,
  WeChatContact,
} from "../../contract/diagnosis.ts";
import type { StableToken } from "./access-token.ts";
import { diagnoseAccessToken } from "./access-token-administration.ts";
import type { PasswordHashes } from "./account.ts";
import type { AccountVerifier } from "./account-verifier.ts";
import type { AppSecretStore, SecretTrials } from "./app-secret.ts";
import { StoreUnavailable } from "./refusal.ts";

export interface TableInspection {
  inspect(): Promise<readonly TableState[]>;
}

export interface FunctionInspection {
  inspect(): Promise<readonly FunctionState[]>;
}

export interface DiagnosisDeps {
  readonly stableToken: StableToken;
  /** Whether anything here has a use for access tokens. */
  readonly accessTokens: boolean;
  readonly appIds: readonly string[];
  readonly appSecrets: AppSecretStore;
  readonly trials: SecretTrials;
  readonly tables: TableInspection;
  readonly functions: FunctionInspection;
  /** Undefined: there are no passwords. */
  readonly verifier: AccountVerifier | undefined;
  /** Undefined: the product keeps no accounts here. */
  readonly accounts: object | undefined;
  readonly hashes: Pick<PasswordHashes, "hash">;
  readonly random: (size: number) => Uint8Array;
  /** Milliseconds since whenever, and never backwards. */
  readonly clock: () => number;
}

/** Looks at everything that login depends on, and changes nothing. */
export async function diagnose(deps: DiagnosisDeps): Promise<Diagnosis> {
  const { appIds, accounts, verifier, hashes, random, clock } = deps;
  const [secrets, tables, functions, verified, hashed, accessTokens] = await Promise.all([
    Promise.all(appIds.map((appId) => diagnoseSecret(appId, deps))),
    deps.tables.inspect(),
    deps.functions.inspect(),
    verifier && tried(() => refusesNobody(verifier, deps), clock),
    accounts !== undefined && tried(async () => void (await hashes.hash(madeUp(random))), clock),
    deps.accessTokens && Promise.all(appIds.map((appId) => diagnoseAccessToken(appId, deps))),
  ]);
  return {
    secrets: secrets.map(({ secret }) => secret),
    weChat: best(secrets.map(({ contact }) => contact)),
    tables,
    functions,
    ...(verified && { verifier: verified }),
    ...(hashed && { hashing: hashed }),
    ...(accessTokens && { accessTokens }),
  };
}

/** Asked directly, and not by a login: no limit counts it. Nobody has the name, so that nobody is locked out by it. */
async function refusesNobody(
  verifier: AccountVerifier,
  { appIds: [appId = ""], random }: Pick<DiagnosisDeps, "appIds" | "random">,
): Promise<string | undefined> {
  const answer = await verifier.verify({ username: madeUp(random), password: madeUp(random), appId });
  return "refused" in answer && answer.refused === "invalid_credentials"
    ? undefined
    : "It does not refuse a made-up name and password";
}

function madeUp(random: (size: number) => Uint8Array): string {
  return `made-up-${Buffer.from(random(16)).toString("base64url")}`;
}

/** `trial` resolves to what was wrong, if anything. */
async function tried(trial: () => Promise<string | undefined>, clock: () => number): Promise<Trial> {
  const startedAt = clock();
  try {
    const failed = await trial();
    return failed === undefined ? { milliseconds: Math.round(clock() - startedAt) } : { failed };
  } catch (error) {
    return {
      failed: error instanceof StoreUnavailable ? `${error.message} (${kindOf(error.cause)})` : kindOf(error),
    };
  }
}

/** Its code where it has one, which says more: of Node, or of OpenSSL. Never its message, which may quote anything. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

async function diagnoseSecret(
  appId: string,
  { appSecrets, trials }: Pick<DiagnosisDeps, "appSecrets" | "trials">,
): Promise<{ secret: SecretState; contact: WeChatContact }> {
  const stored = await appSecrets.read(appId).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailable)) throw error;
    const { cause } = error;
    return { state: "unreadable" as const, why: cause instanceof Error ? cause.name : String(cause) };
  });
  if (stored.state !== "set") {
    const { contact } = await trials.ask(appId, "");
    return { secret: { appId, ...stored }, contact };
  }
  const { verdict, errcode, contact } = await trials.ask(appId, stored.value);
  const details = verdict === "accepted" ? { proven: stored.proven } : errcode !== undefined && { errcode };
  return { secret: { appId, state: verdict, ...details }, contact };
}

/** One that reached WeChat rather than one that did not, and of those the fastest: the first pays for the connection. */
function best(contacts: readonly WeChatContact[]): WeChatContact {
  const [first = { failed: "there is no AppId" }, ...others] = contacts;
  const millisecondsOf = (contact: WeChatContact) =>
    "milliseconds" in contact ? contact.milliseconds : Number.POSITIVE_INFINITY;
  return others.reduce((a, b) => (millisecondsOf(b) < millisecondsOf(a) ? b : a), first);
}
