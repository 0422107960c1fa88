import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type MathExpression,
  type Metric,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { LogMetrics } from "./log-metrics.ts";
import { type AlarmName, type Rule, rules } from "./rules.ts";
import { runbookSections } from "./runbook.ts";
import { apiErrorPercent, authorizerErrorPercent, successPercent, sum, weChatPercent } from "./shares.ts";
import { functionThrottles, tableThrottles, type Watched } from "./watched.ts";

export interface AlarmsProps {
  readonly topic: ITopic;
  readonly runbookUrl: string | undefined;
}

/** What each alarm looks at, by its rule. The topic hears of it when it goes off and when it is over. */
export function alarms(
  scope: Construct,
  metrics: LogMetrics,
  watched: Watched,
  { topic, runbookUrl }: AlarmsProps,
): Alarm[] {
  const looksAt: Record<AlarmName, Metric | MathExpression> = {
    LoginsFail: successPercent(metrics, watched),
    LoginsSlow: metrics.loginMs(Stats.percentile(99)),
    WeChatTimeout: weChatPercent(metrics, "wechat_timeout"),
    WeChatUnavailable: weChatPercent(metrics, "wechat_unavailable"),
    WeChatBusy: weChatPercent(metrics, "wechat_busy"),
    WeChatRateLimited: weChatPercent(metrics, "rate_limited"),
    WeChatQuotaExhausted: metrics.notLoggedIn("quota_exhausted"),
    WeChatUserBlocked: weChatPercent(metrics, "wechat_user_blocked"),
    MustLook: metrics.mustLook,
    AuthorizerFails: authorizerErrorPercent(watched),
    ApiFails: apiErrorPercent(watched),
    FunctionsThrottled: sum(functionThrottles(watched), "throttled invocations"),
    TablesThrottled: sum(tableThrottles(watched), "throttled reads and writes"),
    Lockouts: metrics.notLoggedIn("too_many_attempts"),
  };
  const action = new SnsAction(topic);
  const sectionOf = runbookSections(runbookUrl);
  return Object.entries<Rule>(rules).map(([name, rule]) => {
    const metric = looksAt[name as AlarmName];
    const description = `${rule.means} ${rule.because} What to do: ${sectionOf(name)}`;
    const alarm = newAlarm(scope, name, rule, { description, metric });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  });
}

interface AlarmText {
  readonly description: string;
  readonly metric: Metric | MathExpression;
}

function newAlarm(scope: Construct, name: string, rule: Rule, { description, metric }: AlarmText): Alarm {
  const [datapointsToAlarm, evaluationPeriods] = rule.periods;
  return new Alarm(scope, name, {
    alarmDescription: description,
    metric: metric.with({ period: Duration.minutes(rule.periodMinutes) }),
    threshold: rule.threshold,
    comparisonOperator:
      rule.side === "below"
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    datapointsToAlarm,
    evaluationPeriods,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}
