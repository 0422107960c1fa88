import { randomBytes } from "node:crypto";
import type { Assembly, FunctionDescription } from "./assembly.ts";
import type { AccessKey } from "./aws/endpoint.ts";
import type { PolicyStatement, Principal } from "./aws/iam.ts";
import type { Credentials } from "./operator-key.ts";

/** A key for each function, so that a call is held against that function's grants, and one for operators. */
export interface AccessKeys {
  readonly operator: Credentials;
  of(fn: FunctionDescription): Credentials;
  principalOf(fn: FunctionDescription): Principal;
  /** Whose key it is; undefined: nobody's. */
  find(accessKeyId: string): AccessKey | undefined;
}

/** All keys are random: they are good for as long as this process runs, and for nobody who was not given them. */
export function newAccessKeys(
  assembly: Assembly,
  policyOf: (fn: FunctionDescription) => readonly PolicyStatement[],
): AccessKeys {
  const operator = newCredentials();
  const keys = new Map(assembly.functions.map((fn) => [fn, newCredentials()]));
  const principalOf = (fn: FunctionDescription): Principal => ({
    arn: fn.roleArn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/").concat(`/${fn.name}`),
    policy: policyOf(fn),
  });

  return {
    operator,
    principalOf,
    of(fn) {
      const credentials = keys.get(fn);
      if (!credentials) throw new Error(`There is no function ${fn.name}.`);
      return credentials;
    },
    find(accessKeyId) {
      if (accessKeyId === operator.accessKeyId) return { ...operator, principal: operatorOf(assembly) };
      for (const [fn, credentials] of keys) {
        if (accessKeyId === credentials.accessKeyId) return { ...credentials, principal: principalOf(fn) };
      }
      return undefined;
    },
  };
}

/** May do what the command line does: find the stack, and ask its admin function. */
function operatorOf({ place, functions, outputs }: Assembly): Principal {
  const { partition, region, accountId, stackName } = place;
  const admin = functions.find(({ name }) => name === outputs.AdminFunctionName);
  const stack = `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/*`;
  return {
    arn: `arn:${partition}:iam::${accountId}:user/operator`,
    policy: [
      { Effect: "Allow", Action: "cloudformation:DescribeStacks", Resource: stack },
      ...(admin ? [{ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: admin.arn } as const] : []),
    ],
  };
}

function newCredentials(): Credentials {
  return {
    accessKeyId: `LAPTOP${randomBytes(7).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64url"),
  };
}
