import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Tables } from "../tables.ts";

/** What is watched. */
export interface Watched {
  readonly login: LambdaFunction;
  readonly session: LambdaFunction;
  /** Undefined: the deployment knows no phone numbers. */
  readonly phone: LambdaFunction | undefined;
  /** Undefined: the deployment keeps no session_keys. */
  readonly openData: LambdaFunction | undefined;
  readonly authorizer: LambdaFunction;
  /** The built-in one. Undefined: there is none, or the owner's, which the owner watches. */
  readonly verifier: LambdaFunction | undefined;
  readonly tables: Tables;
  readonly api: HttpApi;
}

/** How often Lambda turned each function's callers away, by its name. */
export function functionThrottles(watched: Watched): Metric[] {
  const { login, verifier, authorizer, session, openData, phone } = watched;
  const functions = {
    login,
    ...(verifier && { verifier }),
    authorizer,
    session,
    ...(openData && { openData }),
    ...(phone && { phone }),
  };
  return Object.entries(functions).map(([label, fn]) => fn.metricThrottles({ label }));
}

/** How often DynamoDB turned each table's readers and writers away. */
export function tableThrottles(watched: Watched): Metric[] {
  return Object.entries(tablesOf(watched)).flatMap(([name, table]) => [
    table.metric("ReadThrottleEvents", { statistic: Stats.SUM, label: `${name} reads` }),
    table.metric("WriteThrottleEvents", { statistic: Stats.SUM, label: `${name} writes` }),
  ]);
}

/** What the tables take, which is what they cost. */
export function consumedUnits(watched: Watched): Metric[] {
  return Object.entries(tablesOf(watched)).flatMap(([name, table]) => [
    table.metricConsumedReadCapacityUnits({ label: `${name} read` }),
    table.metricConsumedWriteCapacityUnits({ label: `${name} written` }),
  ]);
}

export function logBytes({ logGroup }: LambdaFunction, label: string): Metric {
  return new Metric({
    namespace: "AWS/Logs",
    metricName: "IncomingBytes",
    dimensionsMap: { LogGroupName: logGroup.logGroupName },
    statistic: Stats.SUM,
    label,
  });
}

function tablesOf({ tables: { bindings, sessions, attempts, accounts, sessionKeys } }: Watched) {
  return {
    Bindings: bindings,
    Sessions: sessions,
    Attempts: attempts,
    ...(accounts && { Accounts: accounts }),
    ...(sessionKeys && { SessionKeys: sessionKeys }),
  };
}
