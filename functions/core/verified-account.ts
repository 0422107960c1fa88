import type { Verification } from "../../contract/account-verifier.ts";
import type { AccountFence, Bindings } from "./binding.ts";
import { type Refusal, refused } from "./refusal.ts";

/** An account that the verifier has named, and what it looked like before it was asked. */
export interface VerifiedAccount {
  readonly userId: string;
  readonly fence: AccountFence;
}

/** Whose account it is, or why not, and until when that is good for a bind. `first`: what the verifier has answered. */
export async function verifiedAccount(
  first: Verification,
  askAgain: () => Promise<Verification>,
  { isBound, isOwners = false }: { readonly isBound: boolean; readonly isOwners: boolean | undefined },
  bindings: Pick<Bindings, "fenceOf">,
): Promise<VerifiedAccount | Refusal> {
  if ("refused" in first) return refused(first.refused);
  const { userId, generation } = first;
  // Only a bind can come too late for the account: a session stands under the identity's own generation.
  if (isBound || (generation !== undefined && !isOwners)) {
    return { userId, fence: { generation: generation ?? 0 } };
  }
  // Nothing here tells how old this answer is. One that comes after the fence was read is as young as the fence.
  const fence = await bindings.fenceOf(userId);
  const second = await askAgain();
  if ("refused" in second) return refused(second.refused);
  if (second.userId !== userId) return refused("access_changed");
  return {
    userId,
    fence: { fence, ...(second.generation !== undefined && { generation: second.generation }) },
  };
}
