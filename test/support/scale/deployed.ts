import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "../../../local/aws/json.ts";
import type { DeployedThings } from "../../../scripts/scale/units.ts";
import { functionName, ofType, only, type Resource, resourcesOf } from "../template.ts";

export async function templateIn(assembly: string): Promise<Resource[]> {
  return resourcesOf(JSON.parse(await readFile(join(assembly, "WeappLogin.template.json"), "utf8")));
}

/** What costs by the month whether anybody logs in or not, and what decides what the rest costs. */
export function deployedThings(resources: readonly Resource[]): DeployedThings {
  const functions = ofType(resources, "AWS::Lambda::Function");
  const retention = ofType(resources, "AWS::Logs::LogGroup").map(
    ({ properties }) => properties.RetentionInDays,
  );
  return {
    secrets: ofType(resources, "AWS::SecretsManager::Secret").length,
    customMetrics: {
      plain: metricNames(resources, false).size,
      dimensioned: metricNames(resources, true).size,
    },
    alarms: ofType(resources, "AWS::CloudWatch::Alarm")
      .map(({ properties }) => metricsOfAlarm(properties.Metrics))
      .reduce((total, metrics) => total + metrics, 0),
    dashboards: ofType(resources, "AWS::CloudWatch::Dashboard").length,
    logRetentionDays: Number(theOne(retention)),
    architecture: String(theOne(functions.flatMap(({ properties }) => properties.Architectures ?? "x86_64"))),
    platformLogLines: functions.every((it) => systemLogLevel(it) === "WARN") ? 0 : 2,
    memory: Object.fromEntries(functions.map((it) => [functionName(it), Number(it.properties.MemorySize)])),
  };
}

function systemLogLevel({ properties: { LoggingConfig } }: Resource): unknown {
  return isRecord(LoggingConfig) ? LoggingConfig.SystemLogLevel : undefined;
}

/** The format of the gateway's access log. */
export function accessLogFormat(resources: readonly Resource[]): string {
  const settings = only(resources, "AWS::ApiGatewayV2::Stage").properties.AccessLogSettings;
  if (!isRecord(settings) || typeof settings.Format !== "string")
    throw new Error("The stage has no access log.");
  return settings.Format;
}

/** Names of the metrics that filters make out of logs, with dimensions or without. */
function metricNames(resources: readonly Resource[], dimensioned: boolean): Set<string> {
  const names = ofType(resources, "AWS::Logs::MetricFilter").flatMap(({ properties }) =>
    (Array.isArray(properties.MetricTransformations) ? properties.MetricTransformations : [])
      .filter((it) => "Dimensions" in it === dimensioned)
      .map((it) => JSON.stringify([it.MetricNamespace, it.MetricName])),
  );
  return new Set(names);
}

/** An alarm is priced by the metrics it looks at; one without metric math looks at one. */
function metricsOfAlarm(metrics: unknown): number {
  return Array.isArray(metrics)
    ? metrics.filter((metric) => isRecord(metric) && "MetricStat" in metric).length
    : 1;
}

function theOne(values: readonly unknown[]): unknown {
  const [value, ...others] = new Set(values.filter((it) => it !== undefined));
  if (value === undefined || others.length > 0)
    throw new Error(`One value was expected: ${value}, ${others}`);
  return value;
}
