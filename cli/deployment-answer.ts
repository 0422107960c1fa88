import type { DeploymentView } from "../contract/operator-actions.ts";
import { listOf, member, number, oneOf, text } from "./read-json.ts";

type SecretState = DeploymentView["secrets"][number];
type TableState = DeploymentView["tables"][number];
type WeChatContact = DeploymentView["weChat"];

/** Reads the answer to `doctor.check`; undefined where it has another shape. */
export function deploymentView(value: unknown): DeploymentView | undefined {
  const now = text(member(value, "now"));
  const url = text(member(value, "url"));
  const weChat = weChatContact(member(value, "weChat"));
  const secrets = listOf(member(value, "secrets"), secretState);
  const tables = listOf(member(value, "tables"), tableState);
  if (now === undefined || Number.isNaN(Date.parse(now)) || url === undefined) return undefined;
  return weChat && secrets && tables && { now, url, weChat, secrets, tables };
}

function weChatContact(value: unknown): WeChatContact | undefined {
  const milliseconds = number(member(value, "milliseconds"));
  const aheadSeconds = number(member(value, "aheadSeconds"));
  const failed = text(member(value, "failed"));
  if (failed !== undefined) return { failed };
  return milliseconds === undefined
    ? undefined
    : { milliseconds, ...(aheadSeconds !== undefined && { aheadSeconds }) };
}

function secretState(value: unknown): SecretState | undefined {
  const appId = text(member(value, "appId"));
  const state = oneOf<SecretState["state"]>(
    member(value, "state"),
    "accepted",
    "refused",
    "unknown_app",
    "frozen",
    "unknown",
    "placeholder",
    "missing",
    "unreadable",
  );
  const errcode = number(member(value, "errcode"));
  const why = text(member(value, "why"));
  if (appId === undefined || state === undefined) return undefined;
  return {
    appId,
    state,
    ...(errcode !== undefined && { errcode }),
    ...(why !== undefined && { why }),
    ...(state === "accepted" && { proven: member(value, "proven") === true }),
  };
}

function tableState(value: unknown): TableState | undefined {
  const table = oneOf<TableState["table"]>(
    member(value, "table"),
    "Bindings",
    "Accounts",
    "Sessions",
    "Attempts",
  );
  const name = text(member(value, "name"));
  const state = oneOf<TableState["state"]>(member(value, "state"), "there", "missing", "unreadable");
  const why = text(member(value, "why"));
  const [timeToLive, pointInTimeRecovery, deletionProtection] = [
    "timeToLive",
    "pointInTimeRecovery",
    "deletionProtection",
  ].map((setting) =>
    oneOf<TableState["timeToLive"]>(member(value, setting), "on", "off", "not needed", "unknown"),
  );
  if (!table || name === undefined || !state) return undefined;
  if (!timeToLive || !pointInTimeRecovery || !deletionProtection) return undefined;
  return {
    table,
    name,
    state,
    ...(why !== undefined && { why }),
    timeToLive,
    pointInTimeRecovery,
    deletionProtection,
  };
}
