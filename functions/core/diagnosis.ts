import type { Diagnosis, SecretState, TableState, WeChatContact } from "../../contract/diagnosis.ts";
import type { AppSecretStore, SecretTrials } from "./app-secret.ts";
import { StoreUnavailable } from "./refusal.ts";

export interface TableInspection {
  inspect(): Promise<readonly TableState[]>;
}

export interface DiagnosisDeps {
  readonly appIds: readonly string[];
  readonly appSecrets: AppSecretStore;
  readonly trials: SecretTrials;
  readonly tables: TableInspection;
}

/** Looks at everything that login depends on, and changes nothing. */
export async function diagnose({ appIds, tables, ...needs }: DiagnosisDeps): Promise<Diagnosis> {
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
