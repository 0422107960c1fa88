import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";

export interface TablesProps {
  readonly removalPolicy: RemovalPolicy;
  /** Whether there is a table of accounts. */
  readonly accounts: boolean;
  /** Whether there is a table of session_keys. */
  readonly sessionKeys: boolean;
  readonly encryptionKey?: IKey | undefined;
}

/** What stands in these tables, and who may touch it: README, "Data". */
export class Tables extends Construct {
  readonly bindings: TableV2;
  /** Only for the built-in verifier, and for phone numbers where there is none. */
  readonly accounts: TableV2 | undefined;
  readonly sessions: TableV2;
  readonly attempts: TableV2;
  /** Only for open data. */
  readonly sessionKeys: TableV2 | undefined;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    const { removalPolicy, encryptionKey } = props;
    const encrypted = encryptionKey && { encryption: TableEncryptionV2.customerManagedKey(encryptionKey) };
    // Losing bindings gives every user a new start, losing accounts locks everybody out: neither can be rebuilt.
    const irreplaceable = {
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
      removalPolicy,
      ...encrypted,
    };
    // Losing sessions, counters and session_keys costs every user one silent login.
    const replaceable = {
      billing: Billing.onDemand(),
      timeToLiveAttribute: "expiresAt",
      removalPolicy: RemovalPolicy.DESTROY,
      ...encrypted,
    };
    this.bindings = new TableV2(this, "Bindings", {
      partitionKey: { name: "key", type: AttributeType.BINARY },
      ...irreplaceable,
    });
    this.accounts = props.accounts
      ? new TableV2(this, "Accounts", {
          partitionKey: { name: "key", type: AttributeType.STRING },
          ...irreplaceable,
        })
      : undefined;
    this.sessions = new TableV2(this, "Sessions", {
      partitionKey: { name: "identity", type: AttributeType.BINARY },
      sortKey: { name: "secretHash", type: AttributeType.BINARY },
      ...replaceable,
    });
    this.attempts = new TableV2(this, "Attempts", {
      partitionKey: { name: "key", type: AttributeType.STRING },
      ...replaceable,
    });
    this.sessionKeys = props.sessionKeys
      ? new TableV2(this, "SessionKeys", {
          partitionKey: { name: "identity", type: AttributeType.BINARY },
          ...replaceable,
        })
      : undefined;
  }
}
