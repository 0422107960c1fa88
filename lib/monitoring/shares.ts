import { type IMetric, MathExpression, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { ErrorCode } from "../../contract/errors.ts";
import type { LogMetrics } from "./log-metrics.ts";
import { fewestFailures } from "./rules.ts";
import type { Watched } from "./watched.ts";

/**
 * Of the logins that should have gone well, how many did, in percent: the logged-in against those answered with 500 or
 * above and those that crashed. What people get wrong themselves (a wrong password, a used code) counts neither way:
 * with it in the sum, a flood of nonsense would look like success. 100 while there are hardly any failures.
 */
export function successPercent(metrics: LogMetrics, { login }: Watched): MathExpression {
  return new MathExpression({
    // A function that crashed has left no line; one that nobody called has no errors.
    expression: `IF(failed + FILL(crashed, 0) >= ${fewestFailures.logins}, 100 * ok / (ok + failed + FILL(crashed, 0)), 100)`,
    usingMetrics: {
      ok: metrics.loggedIn,
      failed: metrics.failedLogins,
      crashed: login.metricErrors(),
    },
    label: "success %",
  });
}

/** How many of the calls to WeChat ended like this, in percent. 0 while there are hardly any. */
export function weChatPercent(metrics: LogMetrics, outcome: ErrorCode): MathExpression {
  return percent(
    metrics.notLoggedIn(outcome),
    metrics.weChatMs(Stats.SAMPLE_COUNT),
    fewestFailures.logins,
    outcome,
  );
}

/** How many authorizations threw, in percent. 0 while there are hardly any. */
export function authorizerErrorPercent({ authorizer }: Watched): MathExpression {
  const { authorizations } = fewestFailures;
  return percent(
    authorizer.metricErrors(),
    authorizer.metricInvocations(),
    authorizations,
    "authorizer errors",
  );
}

/**
 * How many requests were answered with 500 or above, in percent: by a function, or by API Gateway because it could not
 * ask one, of which no function knows. 0 while there are hardly any.
 */
export function apiErrorPercent({ api }: Watched): MathExpression {
  const errors = api.metricServerError({ statistic: Stats.SUM });
  return percent(errors, api.metricCount({ statistic: Stats.SUM }), fewestFailures.requests, "5xx");
}

function percent(some: IMetric, all: IMetric, fewest: number, what: string): MathExpression {
  return new MathExpression({
    expression: `IF(some >= ${fewest}, 100 * some / all, 0)`,
    usingMetrics: { some, all },
    label: `${what} %`,
  });
}

/** The sum of metrics of AWS's own, of which some may have no data. */
export function sum(metrics: readonly IMetric[], label: string): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const filled = Object.keys(usingMetrics).map((id) => `FILL(${id}, 0)`);
  return new MathExpression({ expression: filled.join(" + "), usingMetrics, label });
}
