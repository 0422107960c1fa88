import type { AppSecretStore, SecretTrial, SecretTrials, WeChatContact } from "./app-secret.ts";
import { StoreUnavailable } from "./refusal.ts";

/** `unreadable`: whether and how it is there could not be found out; `why` names the error. */
export interface TableState {
  readonly table: "Bindings" | "Accounts" | "Sessions" | "Attempts";
  /** In DynamoDB. */
  readonly name: string;
  readonly state: "there" | "missing" | "unreadable";
  readonly why?: string;
  readonly timeToLive: Setting;
  readonly pointInTimeRecovery: Setting;
  readonly deletionProtection: Setting;
}

export type Setting = "on" | "off" | "not needed" | "unknown";

export interface TableInspection {
  inspect(): Promise<readonly TableState[]>;
}

export interface SecretState {
  readonly appId: string;
  /** `unreadable`: Secrets Manager did not give it; `unknown`: WeChat said neither yes nor no, or was not reached. */
  readonly state: SecretTrial["verdict"] | "placeholder" | "missing" | "unreadable";
  /** WeChat's, where it refused or said neither yes nor no. */
  readonly errcode?: number;
  /** Of Secrets Manager: the name of its error. */
  readonly why?: string;
  /** Where it is accepted: whether it carries the mark of having been so when it was stored. */
  readonly proven?: boolean;
}

export interface Diagnosis {
  readonly secrets: readonly SecretState[];
  readonly weChat: WeChatContact;
  readonly tables: readonly TableState[];
}

export interface DiagnosisNeeds {
  readonly appIds: readonly string[];
  readonly appSecrets: AppSecretStore;
  readonly trials: SecretTrials;
  readonly tables: TableInspection;
}

/** Looks at everything that login depends on, and changes nothing. */
export async function diagnose({ appIds, tables, ...needs }: DiagnosisNeeds): Promise<Diagnosis> {
  const [secrets, inspected] = await Promise.all([
    Promise.all(appIds.map((appId) => diagnoseSecret(appId, needs))),
    tables.inspect(),
  ]);
  return {
    secrets: secrets.map(({ secret }) => secret),
    weChat: best(secrets.map(({ contact }) => contact)),
    tables: inspected,
  };
}

async function diagnoseSecret(
  appId: string,
  { appSecrets, trials }: Pick<DiagnosisNeeds, "appSecrets" | "trials">,
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
