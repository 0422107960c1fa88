import * as v from "valibot";
import { adminActions, adminRefusals, operatorActions } from "../contract/operator-actions.ts";
import { adminTypes } from "./admin-types.ts";
import { table } from "./table.ts";

/** docs/admin-function.md, out of contract/operator-actions.ts. */
export function adminDocument(): string {
  const actions = adminActions.map((action) => {
    const { request, repeatable } = operatorActions[action];
    return [`\`${action}\``, v.getDescription(request) ?? "", repeatable ? "send it again" : "look first"];
  });
  const refusals = Object.entries(adminRefusals).map(([code, meaning]) => [`\`${code}\``, meaning]);
  return `# The admin function

All that operators do goes through one function, which is invoked with IAM and has no route: \`npx --no weapp-login\` asks it
(\`docs/operate.md\`), and so may your own systems. The stack's output \`AdminFunctionName\` names it; whoever asks needs
\`lambda:InvokeFunction\` on it.

\`\`\`sh
aws lambda invoke --function-name NAME --cli-binary-format raw-in-base64-out \\
  --payload '{"action":"accounts.show","account":"zhangsan"}' /dev/stdout
\`\`\`

A request that is carried out gets its answer, and any other \`{ "refused", "detail" }\`: why not, and the same in words for
a person, in which nothing that was sent is repeated. What fails altogether is Lambda's \`FunctionError\`.

${table(["action", "does", "when its answer is lost"], actions)}

"Look first": a second time, the answer would tell of the first one (\`account_exists\`, \`no_such_session\`, 0 bindings).

${table(["refused", "means"], refusals)}

In TypeScript, \`import type { AdminAnswer, AdminRequest } from "weapp-login/admin"\` declares all of it:

\`\`\`ts
${adminTypes()}\`\`\`

This page is written by \`npx vitest run test/contract/documentation.test.ts --update\` out of
\`contract/operator-actions.ts\`.
`;
}
