import { accountActions } from "./accounts.ts";
import { bindingActions } from "./bindings.ts";
import { deploymentActions } from "./deployment.ts";
import type { OperatorActions } from "./deps.ts";
import { sessionKeyActions } from "./session-keys.ts";
import { sessionActions } from "./sessions.ts";

/** Every action of contract/operator-actions.ts; one that is missing does not compile. */
export const operatorActions: OperatorActions = {
  ...accountActions,
  ...bindingActions,
  ...sessionActions,
  ...sessionKeyActions,
  ...deploymentActions,
};
