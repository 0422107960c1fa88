import { isRecord } from "../../local/aws/json.ts";
import { list, ofType, type Resource, record } from "./template.ts";

/** One line of a graph: a metric with its dimensions. What refers to a resource reads `@LogicalId`. */
export interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface MetricFilter {
  readonly logicalId: string;
  /** Logical id. */
  readonly logGroup: string;
  readonly pattern: string;
  readonly namespace: string;
  readonly name: string;
  /** A number, or `$.message.field`. */
  readonly value: string;
  /** By name the field that the dimension's value is taken from. */
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface AlarmInTemplate {
  /** The construct's own id, which the alarm's name in AWS ends with. */
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly series: readonly Series[];
  readonly expressions: readonly string[];
}

export interface DashboardInTemplate {
  readonly widgets: readonly Readonly<Record<string, unknown>>[];
  readonly series: readonly Series[];
  /** Logs Insights: `@LogicalId` of the log group, and the query. */
  readonly queries: readonly { readonly logGroup: string; readonly query: string }[];
}

/** `Name{Dimension=value}`: what tells two series of a namespace apart. */
export function seriesKey({ namespace, name, dimensions }: Series): string {
  const sorted = Object.entries(dimensions).sort();
  return `${namespace} ${name}{${sorted.map(([key, value]) => `${key}=${value}`).join()}}`;
}

export function metricFilters(resources: readonly Resource[]): MetricFilter[] {
  return ofType(resources, "AWS::Logs::MetricFilter").map(({ logicalId, properties }) => {
    const [transformation, ...others] = list(properties.MetricTransformations);
    if (others.length > 0) throw new Error(`${logicalId} has several transformations.`);
    const { MetricNamespace, MetricName, MetricValue, Dimensions = [] } = record(transformation);
    return {
      logicalId,
      logGroup: text(properties.LogGroupName).slice(1),
      pattern: text(properties.FilterPattern),
      namespace: text(MetricNamespace),
      name: text(MetricName),
      value: text(MetricValue),
      dimensions: dimensionsIn(Dimensions, "Key"),
    };
  });
}

export function alarmsIn(resources: readonly Resource[]): AlarmInTemplate[] {
  return ofType(resources, "AWS::CloudWatch::Alarm").map(({ logicalId, properties }) => {
    const parts = list(properties.Metrics ?? []).map(record);
    const stats = parts.flatMap(({ MetricStat }) => (MetricStat ? [record(record(MetricStat).Metric)] : []));
    return {
      name: logicalId.replace(/[0-9A-F]{8}$/, "").replace(/^.*Monitoring/, ""),
      properties,
      series: (parts.length > 0 ? stats : [properties]).map(seriesIn),
      expressions: parts.flatMap(({ Expression }) => (Expression === undefined ? [] : [text(Expression)])),
    };
  });
}

export function dashboardIn(resources: readonly Resource[]): DashboardInTemplate {
  const [dashboard, ...others] = ofType(resources, "AWS::CloudWatch::Dashboard");
  if (!dashboard || others.length > 0) throw new Error("Exactly one dashboard was expected.");
  const widgets = list(record(JSON.parse(text(dashboard.properties.DashboardBody))).widgets).map(record);
  const properties = widgets.map((widget) => record(widget.properties));
  return {
    widgets,
    series: properties.flatMap(({ metrics }) => list(metrics ?? []).flatMap(seriesInWidget)),
    queries: properties.flatMap(({ query }) => {
      if (query === undefined) return [];
      const [, logGroup = "", rest = ""] = /^SOURCE '(.*?)' \| (.*)$/s.exec(text(query)) ?? [];
      return [{ logGroup, query: rest }];
    }),
  };
}

/** `["Namespace", "Name", "Dimension", "value", …, { options }]`, or `[{ expression }]`. */
function seriesInWidget(metric: unknown): Series[] {
  const words = list(metric).filter((it) => !isRecord(it));
  if (words.length === 0) return [];
  // CloudWatch allows "." for "as above", which is not read here.
  const [namespace = "", name = "", ...rest] = words.map(text);
  if (words.includes(".")) throw new Error(`An abbreviation cannot be read: ${words.join()}`);
  const dimensions: Record<string, string> = {};
  for (let index = 0; index < rest.length; index += 2) {
    dimensions[rest[index] ?? ""] = rest[index + 1] ?? "";
  }
  return [{ namespace, name, dimensions }];
}

function seriesIn({ Namespace, MetricName, Dimensions = [] }: Readonly<Record<string, unknown>>): Series {
  return { namespace: text(Namespace), name: text(MetricName), dimensions: dimensionsIn(Dimensions, "Name") };
}

function dimensionsIn(dimensions: unknown, key: "Key" | "Name"): Record<string, string> {
  return Object.fromEntries(
    list(dimensions)
      .map(record)
      .map((it) => [text(it[key]), text(it.Value)]),
  );
}

/** A text with `@LogicalId` for what refers to a resource; throws for any other intrinsic function. */
function text(value: unknown): string {
  if (typeof value === "string") return value;
  const [[key, inner] = [], ...others] = isRecord(value) ? Object.entries(value) : [];
  if (others.length === 0) {
    if (key === "Ref") return `@${inner}`;
    if (key === "Fn::GetAtt") return `@${list(inner)[0]}`;
    if (key === "Fn::Join") {
      const [separator, parts] = list(inner);
      return list(parts).map(text).join(text(separator));
    }
  }
  throw new Error(`A text was expected, and this is ${JSON.stringify(value)}.`);
}
