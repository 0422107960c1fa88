import type { FunctionState } from "../contract/diagnosis.ts";
import type { DeploymentView } from "../contract/operator-actions.ts";
import { type Check, ok, problem, together } from "./checks.ts";
import type { CommandsToRun } from "./commands-to-run.ts";

export const functionsName = "functions";

/** Whether the functions behind the API are there, and whether it may invoke them. */
export function functionsCheck({ functions }: DeploymentView, commands: CommandsToRun): Check {
  const { words } = commands;
  return together(
    functionsName,
    functions.flatMap((it) => functionProblems(it, commands)),
    words.functionsThere(words.listed(functions.map((it) => it.function))),
    words,
  );
}

function functionProblems(it: FunctionState, { putBack, askAgain, words }: CommandsToRun): Check[] {
  const name = `${it.function} (${it.name})`;
  switch (it.state) {
    case "missing":
      return [problem(functionsName, words.isMissing(name), putBack)];
    case "unreadable":
      return [problem(functionsName, words.notDescribed(name, it.why), askAgain)];
    case "unusable":
      return [problem(functionsName, words.functionUnusable(name, it.why), putBack)];
    case "there":
      return it.invokableByApi === "yes"
        ? []
        : it.invokableByApi === "no"
          ? [problem(functionsName, words.notInvokable(name), putBack)]
          : [problem(functionsName, words.invokableUnknown(name), askAgain)];
  }
}

const passwordsName = "passwords";

/** Whether whoever knows passwords refuses a made-up one, and whether the functions can hash. */
export function passwordsCheck({ verifier, hashing }: DeploymentView, commands: CommandsToRun): Check {
  const { words } = commands;
  if (!verifier) return ok(passwordsName, words.noPasswords);
  const failures = [
    ...("failed" in verifier
      ? [
          problem(
            passwordsName,
            words.verifierFailed(verifier.failed),
            verifierAdvice(verifier.failed, commands),
          ),
        ]
      : []),
    ...(hashing && "failed" in hashing
      ? [problem(passwordsName, words.noArgon2id(hashing.failed), words.otherRuntime)]
      : []),
  ];
  const fine = "milliseconds" in verifier ? words.verifierRefuses(verifier.milliseconds) : "";
  return together(passwordsName, failures, fine, words);
}

function verifierAdvice(failed: string, { putBack, verifierLog, words }: CommandsToRun): string {
  return /is missing|may not be invoked/.test(failed) ? words.letAdminIn(putBack) : verifierLog;
}
