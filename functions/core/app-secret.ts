import type { SecretVerdict, WeChatContact } from "../../contract/diagnosis.ts";
import { type Refusal, refused } from "./refusal.ts";

/** What there is as an AppSecret. `proven`: WeChat had accepted it when it was stored. */
export type StoredSecret =
  | { readonly state: "set"; readonly value: string; readonly proven: boolean }
  | { readonly state: "placeholder" | "missing" };

export interface AppSecretStore {
  read(appId: string): Promise<StoredSecret>;
  set(appId: string, appSecret: string): Promise<void>;
  /** The same, with a mark that WeChat has accepted it: login takes a refusal of it for a rotation under way. */
  setProven(appId: string, appSecret: string): Promise<void>;
}

/** What WeChat says to an AppSecret. `unknown`: neither yes nor no; `errcode` is what it said instead, if anything. */
export interface SecretTrial {
  readonly verdict: SecretVerdict;
  readonly errcode?: number;
  readonly contact: WeChatContact;
}

export interface SecretTrials {
  /** Shows WeChat the secret with a made-up code, which spends nothing. An empty one asks only whether WeChat is there. */
  ask(appId: string, appSecret: string): Promise<SecretTrial>;
}

/** Stores the AppSecret if WeChat accepts it, and nothing otherwise; what WeChat said to it. */
export async function rotateAppSecret(
  appId: string,
  appSecret: string,
  { appSecrets, trials }: { readonly appSecrets: AppSecretStore; readonly trials: SecretTrials },
): Promise<SecretTrial> {
  const trial = await trials.ask(appId, appSecret);
  if (trial.verdict === "accepted") await appSecrets.setProven(appId, appSecret);
  return trial;
}

/** `proven`: WeChat had accepted it when it was stored. */
export interface AppSecret {
  readonly value: string;
  readonly proven: boolean;
}

/** The AppSecrets as login uses them. */
export interface AppSecrets {
  /** Undefined where it is missing, empty or still the placeholder, or cannot be had. */
  current(appId: string): Promise<AppSecret | undefined>;
  /** Asks the store now: for when WeChat has refused the value that `current` gave. */
  renewed(appId: string): Promise<AppSecret | undefined>;
}

/** Where there is none to ask WeChat with. */
export function noAppSecret(): Refusal {
  const why = "no AppSecret: not set, or the store of secrets did not answer";
  return refused("not_configured", { facts: { why, alarm: true } });
}
