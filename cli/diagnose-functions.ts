import type { FunctionState } from "../contract/diagnosis.ts";
import type { DeploymentView } from "../contract/operator-actions.ts";
import { type Check, ok, problem, together } from "./checks.ts";
import type { CommandsToRun } from "./commands-to-run.ts";

export const functionsName = "functions";

/** Whether the functions behind the API are there, and whether it may invoke them. */
export function functionsCheck({ functions }: DeploymentView, commands: CommandsToRun): Check {
  return together(
    functionsName,
    functions.flatMap((it) => functionProblems(it, commands)),
    `${functions.map((it) => it.function).join(", ")} are there, and the API may invoke them`,
  );
}

function functionProblems(it: FunctionState, { putBack, askAgain }: CommandsToRun): Check[] {
  const name = `${it.function} (${it.name})`;
  switch (it.state) {
    case "missing":
      return [problem(functionsName, `${name} is missing`, putBack)];
    case "unreadable":
      return [problem(functionsName, `${name} cannot be described (${it.why})`, askAgain)];
    case "unusable":
      return [problem(functionsName, `Lambda could not put ${name} in order (${it.why})`, putBack)];
    case "there":
      return it.invokableByApi === "yes"
        ? []
        : it.invokableByApi === "no"
          ? [problem(functionsName, `the API may not invoke ${name}`, putBack)]
          : [problem(functionsName, `whether the API may invoke ${name} cannot be found out`, askAgain)];
  }
}

const passwordsName = "passwords";

/** Whether whoever knows passwords refuses a made-up one, and whether the functions can hash. */
export function passwordsCheck({ verifier, hashing }: DeploymentView, commands: CommandsToRun): Check {
  if (!verifier)
    return ok(passwordsName, "there are none: the first login of a WeChat identity makes its account");
  const failures = [
    ...("failed" in verifier
      ? [problem(passwordsName, verifier.failed, verifierAdvice(verifier.failed, commands))]
      : []),
    ...(hashing && "failed" in hashing
      ? [
          problem(
            passwordsName,
            `Node.js as the functions run it cannot hash with argon2id (${hashing.failed})`,
            `deploy with another \`runtime\`: Node.js 24.7 or newer has argon2id where its OpenSSL has`,
          ),
        ]
      : []),
  ];
  const took = "milliseconds" in verifier ? `in ${verifier.milliseconds} ms` : "";
  return together(passwordsName, failures, `the account verifier refuses a made-up one ${took}`);
}

function verifierAdvice(failed: string, { putBack, verifierLog }: CommandsToRun): string {
  return /is missing|may not be invoked/.test(failed)
    ? `${putBack}; a verifier of your own must let the admin function's role in, as it does the login function's`
    : verifierLog;
}
