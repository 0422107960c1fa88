/** What IAM says, in its own words and in parts. */
export interface Denial {
  readonly said: string;
  readonly who: string | undefined;
  readonly action: string | undefined;
  readonly resource: string | undefined;
  /** `identity-based policy`, `service control policy` and the like. */
  readonly policy: string | undefined;
  /** A policy denies it; otherwise none allows it. */
  readonly explicit: boolean;
}

/** Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function denial(message: string): Denial {
  const said = message.replace(/\.$/, "");
  const [, who, action, resource] =
    /User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?/.exec(said) ?? [];
  const [, policy] = /(?:because no|explicit deny in an?) ([\w -]+?)(?: allows|: |$)/.exec(said) ?? [];
  return { said, who, action, resource, policy, explicit: /explicit deny/.test(said) };
}
