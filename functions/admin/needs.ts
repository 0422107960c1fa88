import type {
  AdminAction,
  AdminAnswer,
  AdminRefusal,
  AdminRequest,
} from "../../contract/operator-actions.ts";
import type { AccountStore, PasswordHashes } from "../core/account.ts";
import type { BindingDirectory } from "../core/binding.ts";
import type { DiagnosisNeeds } from "../core/diagnosis.ts";
import type { Revocations } from "../core/revocation.ts";
import type { SessionList } from "../core/session.ts";

export interface AdminNeeds extends DiagnosisNeeds {
  /** Undefined: the owner's own verifier knows the accounts, or there are no passwords at all. */
  readonly accounts: AccountStore | undefined;
  readonly directory: BindingDirectory;
  readonly revocations: Revocations;
  readonly sessions: SessionList;
  readonly hashes: PasswordHashes;
  /** WeChat, as the functions call it. */
  readonly weChatUrl: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (size: number) => Uint8Array;
}

export type RequestOf<A extends AdminAction> = Extract<AdminRequest, { readonly action: A }>;

/** One function per action. */
export type Actions<A extends AdminAction> = {
  readonly [K in A]: (request: RequestOf<K>, needs: AdminNeeds) => Promise<AdminAnswer<K>>;
};

export interface Refused {
  readonly refused: AdminRefusal;
  readonly detail: string;
}

export function refuse(refused: AdminRefusal, detail: string): Refused {
  return { refused, detail };
}

/** An appId may be left out where there is only one. */
export function appIdOf(asked: string | undefined, { appIds }: Pick<AdminNeeds, "appIds">): string | Refused {
  const appId = asked ?? (appIds.length === 1 ? appIds[0] : undefined);
  return appId !== undefined && appIds.includes(appId)
    ? appId
    : refuse("invalid_request", `appId must be one of ${appIds.join(", ")}.`);
}

export function isRefused(value: object): value is Refused {
  return "refused" in value;
}
