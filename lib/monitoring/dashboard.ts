import { Duration } from "aws-cdk-lib";
import {
  type Alarm,
  AlarmStatusWidget,
  Color,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  Stats,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { LogMetrics } from "./log-metrics.ts";
import { whyNot } from "./outcomes.ts";
import { rules } from "./rules.ts";
import { successPercent } from "./shares.ts";
import { consumedUnits, functionThrottles, logBytes, tableThrottles, type Watched } from "./watched.ts";

const full = 24;

/** From top to bottom: are people getting in, how fast, why not; then what it all stands on. */
export function newDashboard(
  scope: Construct,
  metrics: LogMetrics,
  watched: Watched,
  alarms: readonly Alarm[],
): Dashboard {
  return new Dashboard(scope, "Dashboard", {
    defaultInterval: Duration.hours(3),
    widgets: [
      [
        new AlarmStatusWidget({
          title: "Alarms (docs/runbook.md)",
          alarms: [...alarms],
          width: full,
          height: 3,
        }),
      ],
      heading("Are people getting in, and how fast?"),
      gettingIn(metrics, watched),
      heading("Why not?"),
      refusals(metrics, watched),
      lastFailures(watched),
      heading("What it stands on"),
      authorizer(metrics, watched),
      rest(watched),
    ],
  });
}

function gettingIn(metrics: LogMetrics, watched: Watched): IWidget[] {
  const { login } = watched;
  return row(
    {
      title: "Logins",
      stacked: true,
      left: [
        metrics.loggedIn.with({ label: "logged in", color: Color.GREEN }),
        metrics.failedLogins.with({ label: "failed (500 and above)", color: Color.RED }),
        login.metricErrors({ label: "crashed", color: Color.PURPLE }),
      ],
      right: [login.metricInvocations({ label: "all requests", color: Color.GREY })],
    },
    {
      title: "Success, in percent of those who should get in",
      left: [successPercent(metrics, watched)],
      leftYAxis: { min: 0, max: 100 },
      leftAnnotations: [{ value: rules.LoginsFail.threshold, label: "LoginsFail", color: Color.RED }],
    },
    {
      title: "How long it takes, in milliseconds",
      left: [
        metrics.loginMs(Stats.percentile(50)).with({ label: "login p50" }),
        metrics.loginMs(Stats.percentile(99)).with({ label: "login p99" }),
        metrics.weChatMs(Stats.percentile(50)).with({ label: "of it WeChat p50" }),
        metrics.weChatMs(Stats.percentile(99)).with({ label: "of it WeChat p99" }),
      ],
      leftAnnotations: [{ value: rules.LoginsSlow.threshold, label: "LoginsSlow", color: Color.RED }],
    },
  );
}

function refusals(metrics: LogMetrics, { login }: Watched): IWidget[] {
  const graphs = Object.entries(whyNot).map(([who, outcomes]) => ({
    title: `Because of ${who}`,
    left: [
      ...outcomes.map((outcome) => metrics.notLoggedIn(outcome).with({ label: outcome })),
      ...(who === "this side"
        ? [login.metricErrors({ label: "crashed" }), metrics.mustLook.with({ label: "somebody must look" })]
        : []),
    ],
  }));
  return row(...graphs);
}

/** Field names as Logs Insights sees them in Lambda's JSON lines. Each view reads the log of the time shown. */
function lastFailures({ login }: Watched): IWidget[] {
  const logGroupNames = [login.logGroup.logGroupName];
  return [
    new LogQueryWidget({
      title: "Last failures",
      logGroupNames,
      width: 16,
      height: 7,
      queryLines: [
        "fields @timestamp, message.outcome, message.why, message.errcode, message.rid, message.requestId",
        'filter message.event = "login" and (message.status >= 500 or message.outcome = "rate_limited")',
        "sort @timestamp desc",
        "limit 20",
      ],
    }),
    new LogQueryWidget({
      title: "Lockouts by what was counted",
      logGroupNames,
      width: 8,
      height: 7,
      view: LogQueryVisualizationType.TABLE,
      queryLines: [
        'filter message.outcome = "too_many_attempts"',
        "stats count(*) as lockouts by message.limit",
      ],
    }),
  ];
}

function authorizer(metrics: LogMetrics, { authorizer: fn }: Watched): IWidget[] {
  return row(
    {
      title: "Authorizer",
      stacked: true,
      left: [
        metrics.authorizations("allowed").with({ label: "allowed", color: Color.GREEN }),
        metrics.authorizations("refused").with({ label: "refused", color: Color.ORANGE }),
        metrics.authorizations("failed").with({ label: "failed", color: Color.RED }),
      ],
    },
    {
      title: "Authorizer, in milliseconds",
      left: [
        fn.metricDuration({ statistic: Stats.percentile(50), label: "p50" }),
        fn.metricDuration({ statistic: Stats.percentile(99), label: "p99" }),
      ],
    },
    {
      title: "Authorizer errors and throttles",
      left: [fn.metricErrors({ label: "errors" }), fn.metricThrottles({ label: "throttled" })],
    },
    {
      title: "Cold starts",
      left: [
        metrics.coldStarts("login").with({ label: "login" }),
        metrics.coldStarts("authorize").with({ label: "authorizer" }),
      ],
    },
  );
}

function rest(watched: Watched): IWidget[] {
  const { api, login, authorizer: authorizerFunction } = watched;
  return row(
    {
      title: "API",
      left: [
        api.metricServerError({ statistic: Stats.SUM, label: "5xx" }),
        api.metricClientError({ statistic: Stats.SUM, label: "4xx" }),
      ],
    },
    { title: "Throttled", left: [...functionThrottles(watched), ...tableThrottles(watched)] },
    { title: "Tables, consumed units", left: consumedUnits(watched) },
    {
      title: "What it costs: requests, and bytes of log",
      left: [api.metricCount({ statistic: Stats.SUM, label: "requests" })],
      right: [logBytes(login, "login log"), logBytes(authorizerFunction, "authorizer log")],
    },
  );
}

/** Graphs side by side over the whole width. */
function row(...graphs: readonly GraphWidgetProps[]): IWidget[] {
  const width = full / graphs.length;
  return graphs.map((graph) => new GraphWidget({ ...graph, width, height: 6 }));
}

function heading(markdown: string): IWidget[] {
  return [new TextWidget({ markdown: `## ${markdown}`, width: full, height: 1 })];
}
