import { Stack } from "aws-cdk-lib";
import { Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/**
 * A topic that takes messages over TLS only, and from this account's alarms. It holds names and numbers of alarms, no
 * personal data, and is not encrypted: alarms cannot publish with AWS's own key for SNS, and say nothing about it.
 */
export function newAlarmTopic(scope: Construct): Topic {
  const topic = new Topic(scope, "Topic", { enforceSSL: true });
  const { account } = Stack.of(scope);
  // A topic with a policy of its own has lost SNS's default one, by which alarms may publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": account } },
    }),
  );
  return topic;
}
