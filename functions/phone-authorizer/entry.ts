import { readEnvironment } from "../../contract/environment.ts";
import { batchGetItem } from "../authorizer/batch-get-item.ts";
import { boundSessionReader, text } from "../authorizer/bound-session.ts";
import { authorizerHandler } from "../authorizer/handler.ts";
import type { ReadBoundSession } from "../core/authorize.ts";
import { outside } from "../runtime/invocation.ts";
import { shell } from "../runtime/shell.ts";
import { nobody, warmUp } from "../runtime/warm-up.ts";

const env = readEnvironment("phone-authorizer", process.env);
const readWithin = boundSessionReader(
  batchGetItem(process.env, Date.now, Math.random),
  { bindings: env.BINDINGS_TABLE, sessions: env.SESSIONS_TABLE },
  ({ phoneNumber }) => text(phoneNumber),
);
const read: ReadBoundSession = (key) => outside("read", (deadline) => readWithin(key, deadline));
await warmUp(() => read({ identityKey: nobody, secretHash: new Uint8Array(32) }));

export const handler = shell(authorizerHandler({ read, now: Date.now }));
