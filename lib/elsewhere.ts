import { Token, TokenComparison } from "aws-cdk-lib";

/** Whether two Regions, or two accounts, are known at synthesis and are not the same. */
export function isElsewhere(one: string, other: string): boolean {
  return Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}
