import { CfnOutput } from "aws-cdk-lib";
import type { Alarm, Dashboard } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { newAlarmTopic } from "./alarm-topic.ts";
import { alarms } from "./alarms.ts";
import { newDashboard } from "./dashboard.ts";
import { LogMetrics } from "./log-metrics.ts";
import type { Watched } from "./watched.ts";

export interface MonitoringProps extends Watched {
  /** Default: a topic of its own. */
  readonly alarmTopic?: ITopic | undefined;
  readonly alarmEmail?: string | undefined;
  /** Default: see runbook.ts. */
  readonly runbookUrl?: string | undefined;
}

/** Answers "are people getting in, how fast, why not", and raises alarms when they are not. See docs/runbook.md. */
export class Monitoring extends Construct {
  readonly alarmTopic: ITopic;
  readonly alarms: readonly Alarm[];
  readonly dashboard: Dashboard;
  readonly #metrics: LogMetrics;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { alarmTopic, alarmEmail, runbookUrl, ...watched } = props;
    const metrics = new LogMetrics(this, "Metrics", watched);
    this.#metrics = metrics;
    this.alarmTopic = alarmTopic ?? newAlarmTopic(this);
    if (alarmEmail !== undefined) this.alarmTopic.addSubscription(new EmailSubscription(alarmEmail));
    this.alarms = alarms(this, metrics, watched, { topic: this.alarmTopic, runbookUrl });
    this.dashboard = newDashboard(this, metrics, watched, this.alarms);
    this.#output("AlarmTopicArn", this.alarmTopic.topicArn, "Subscribe to it: docs/runbook.md");
    this.#output("DashboardName", this.dashboard.dashboardName, "In the CloudWatch console");
  }

  /** The alarm MustLook goes off for its lines too. */
  watchAlarmsOf(name: string, fn: LambdaFunction): void {
    this.#metrics.countAlarmsOf(name, fn);
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description }).overrideLogicalId(name);
  }
}
