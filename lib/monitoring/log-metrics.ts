import { Stack } from "aws-cdk-lib";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { FilterPattern, type ILogGroup, type JsonPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { ErrorCode } from "../../contract/errors.ts";
import type { Watched } from "./watched.ts";

/** Of the one object of facts that a function logs per invocation. */
const field = (name: string) => `$.message.${name}`;
const is = (name: string, value: string) => FilterPattern.stringValue(field(name), "=", value);
const atLeast = (name: string, value: number) => FilterPattern.numberValue(field(name), ">=", value);
// CloudWatch takes values and dimensions only from fields that the pattern names.
const has = (name: string) => FilterPattern.exists(field(name));
const isTrue = (name: string) => FilterPattern.booleanValue(field(name), true);

interface Filter {
  readonly logGroup: ILogGroup;
  readonly pattern: readonly [JsonPattern, ...JsonPattern[]];
  /** The field that holds the value; unless given, matching lines are counted. */
  readonly value?: string;
  /** One metric for each value of this field, in a dimension of this name. Never one that clients choose. */
  readonly by?: Readonly<Record<string, string>>;
  /** 0 where lines came and none of them matched, so that sums and shares need no guess. Not possible with `by`. */
  readonly zero?: boolean;
}

/**
 * Metrics out of the log lines that are written anyway: nothing in the functions sends any. A filter cannot add the
 * deployment's name as a dimension, so the namespace carries it, and several stacks in one account do not mix.
 */
export class LogMetrics extends Construct {
  readonly namespace: string;

  constructor(
    scope: Construct,
    id: string,
    { login, session, openData, phone, authorizer, verifier }: Watched,
  ) {
    super(scope, id);
    this.namespace = `WeappLogin/${Stack.of(this).stackName}`;
    const aLogin = is("event", "login");

    this.#filter("LoggedIn", {
      logGroup: login.logGroup,
      pattern: [aLogin, is("outcome", "logged_in")],
      zero: true,
    });
    this.#filter("FailedLogins", {
      logGroup: login.logGroup,
      pattern: [aLogin, atLeast("status", 500)],
      zero: true,
    });
    this.#filter("NotLoggedIn", {
      logGroup: login.logGroup,
      pattern: [aLogin, atLeast("status", 400), has("outcome")],
      by: { Outcome: "outcome" },
    });
    this.#filter("LoginMs", {
      logGroup: login.logGroup,
      pattern: [is("outcome", "logged_in"), atLeast("durationMs", 0)],
      value: "durationMs",
    });
    this.#filter("WeChatMs", {
      logGroup: login.logGroup,
      pattern: [aLogin, atLeast("wechatMs", 0)],
      value: "wechatMs",
    });
    this.#filter("Authorizations", {
      logGroup: authorizer.logGroup,
      pattern: [is("event", "authorize"), has("outcome")],
      by: { Outcome: "outcome" },
    });
    for (const [name, { logGroup }] of Object.entries({ Login: login, Authorizer: authorizer })) {
      const pattern = [isTrue("coldStart"), has("event")] as const;
      this.#filter("ColdStarts", { logGroup, pattern, by: { Event: "event" } }, name);
    }
    // The authorizer throws whatever is broken, and so its errors tell.
    const catching = {
      Login: login,
      Session: session,
      Verifier: verifier,
      OpenData: openData,
      Phone: phone,
    };
    for (const [name, fn] of Object.entries(catching)) {
      if (fn) this.countAlarmsOf(name, fn);
    }
  }

  /** Lines with `alarm: true` of this function count in MustLook. */
  countAlarmsOf(name: string, { logGroup }: LambdaFunction): void {
    this.#filter("MustLook", { logGroup, pattern: [isTrue("alarm")] }, name);
  }

  get loggedIn(): Metric {
    return this.#metric("LoggedIn");
  }

  /** Answered with 500 or above: our failure or WeChat's, never a person's mistake. */
  get failedLogins(): Metric {
    return this.#metric("FailedLogins");
  }

  /** Refused and failed logins of one outcome. */
  notLoggedIn(outcome: ErrorCode): Metric {
    return this.#metric("NotLoggedIn", Stats.SUM, { Outcome: outcome });
  }

  /** How long those who got in had to wait. */
  loginMs(statistic: string): Metric {
    return this.#metric("LoginMs", statistic);
  }

  /** How long WeChat took, whatever it answered. Its number of samples is how often WeChat was asked. */
  weChatMs(statistic: string): Metric {
    return this.#metric("WeChatMs", statistic);
  }

  authorizations(outcome: "allowed" | "refused" | "failed"): Metric {
    return this.#metric("Authorizations", Stats.SUM, { Outcome: outcome });
  }

  coldStarts(event: "login" | "authorize"): Metric {
    return this.#metric("ColdStarts", Stats.SUM, { Event: event });
  }

  /** Lines with `alarm: true`: our configuration, or our bug. */
  get mustLook(): Metric {
    return this.#metric("MustLook");
  }

  #filter(metricName: string, { logGroup, pattern, value, by, zero }: Filter, of = ""): void {
    new MetricFilter(this, `${metricName}${of}`, {
      logGroup,
      metricNamespace: this.namespace,
      metricName,
      filterPattern: FilterPattern.all(...pattern),
      metricValue: value === undefined ? "1" : field(value),
      ...(by && {
        dimensions: Object.fromEntries(Object.entries(by).map(([key, name]) => [key, field(name)])),
      }),
      ...(zero && { defaultValue: 0 }),
    });
  }

  #metric(metricName: string, statistic: string = Stats.SUM, dimensionsMap?: Record<string, string>): Metric {
    return new Metric({
      namespace: this.namespace,
      metricName,
      statistic,
      ...(dimensionsMap && { dimensionsMap }),
    });
  }
}
