import type { DeploymentView } from "../../contract/operator-actions.ts";

const name = (table: string) => `WeappLogin-${table}`;

/** A deployment where all is well; `changes` spoil it. */
export function healthy(changes: Partial<DeploymentView> = {}): DeploymentView {
  return {
    now: "2026-03-01T12:00:00.000Z",
    url: "https://api.weixin.qq.com",
    weChat: { milliseconds: 43, aheadSeconds: 0 },
    secrets: [{ appId: "wx0123456789abcdef", state: "accepted", proven: true }],
    tables: [backedUp("Bindings"), backedUp("Accounts"), expiring("Sessions"), expiring("Attempts")],
    functions: [behindApi("login"), behindApi("session"), behindApi("authorizer")],
    verifier: { milliseconds: 61 },
    hashing: { milliseconds: 48 },
    ...changes,
  };
}

export type FunctionState = DeploymentView["functions"][number];

export function behindApi(
  fn: FunctionState["function"],
  changes: Partial<FunctionState> = {},
): FunctionState {
  return { function: fn, name: name(fn), state: "there", invokableByApi: "yes", ...changes };
}

export type Table = DeploymentView["tables"][number];

export function backedUp(table: "Bindings" | "Accounts", changes: Partial<Table> = {}): Table {
  return {
    table,
    name: name(table),
    state: "there",
    timeToLive: "not needed",
    pointInTimeRecovery: "on",
    deletionProtection: "on",
    ...changes,
  };
}

export function expiring(table: "Sessions" | "Attempts", changes: Partial<Table> = {}): Table {
  return {
    table,
    name: name(table),
    state: "there",
    timeToLive: "on",
    pointInTimeRecovery: "not needed",
    deletionProtection: "not needed",
    ...changes,
  };
}
