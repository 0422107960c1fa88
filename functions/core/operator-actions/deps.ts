import type {
  AdminAction,
  AdminAnswer,
  AdminFields,
  OperatorRefusal,
} from "../../../contract/operator-actions.ts";
import type { AccountStore, NumberedUsers, PasswordHashes, PhoneNumbers } from "../account.ts";
import type { BindingDirectory } from "../binding.ts";
import type { DiagnosisDeps } from "../diagnosis.ts";
import type { NumberMemory } from "../number-memory.ts";
import type { Revocations } from "../revocation.ts";
import type { SessionList } from "../session.ts";
import type { OpenDataDeps } from "../session-key.ts";

/** What the admin function works with. */
export interface OperatorDeps extends DiagnosisDeps {
  /** Undefined: the owner's own verifier knows the accounts, or there are no passwords at all. */
  readonly accounts: (AccountStore & PhoneNumbers) | undefined;
  /** Undefined: numbers make no accounts here. */
  readonly numberedUsers?: NumberedUsers | undefined;
  readonly directory: BindingDirectory;
  readonly numberMemory: NumberMemory;
  readonly revocations: Revocations;
  readonly sessions: SessionList;
  readonly hashes: PasswordHashes;
  /** Undefined: the deployment keeps no session_keys. */
  readonly openData?: OpenDataDeps | undefined;
  /** WeChat, as the functions call it. */
  readonly weChatUrl: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (size: number) => Uint8Array;
}

/** What the core does for each action of contract/operator-actions.ts. */
export type OperatorActions<A extends AdminAction = AdminAction> = {
  readonly [K in A]: (request: AdminFields[K], deps: OperatorDeps) => Promise<AdminAnswer<K>>;
};

/** An appId may be left out where there is only one. */
export function appIdOf(
  asked: string | undefined,
  { appIds }: Pick<OperatorDeps, "appIds">,
): string | OperatorRefusal {
  const appId = asked === undefined && appIds.length === 1 ? appIds[0] : appIds.find((it) => it === asked);
  return appId ?? { refused: "invalid_request", detail: `appId must be one of ${appIds.join(", ")}.` };
}

/** The userId of whoever has this number, as operators or first logins have written it. */
export async function userIdOfNumber(
  phoneNumber: string,
  { accounts, numberedUsers }: OperatorDeps,
): Promise<string | OperatorRefusal> {
  if (accounts) return (await accounts.findByPhoneNumber(phoneNumber))?.userId ?? noSuchNumber();
  if (numberedUsers) return (await numberedUsers.find(phoneNumber)) ?? noSuchNumber();
  return {
    refused: "no_such_number",
    detail: "This deployment keeps no phone numbers: ask the system that does, and give the userId.",
  };
}

function noSuchNumber(): OperatorRefusal {
  return { refused: "no_such_number", detail: "No account has this phone number." };
}
