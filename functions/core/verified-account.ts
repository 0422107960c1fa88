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
  isBound: boolean,
  bindings: Pick<Bindings, "fenceOf">,
): Promise<VerifiedAccount | Refusal> {
  if ("refused" in first) return refused(first.refused);
  const { userId, generation } = first;
  // Only a bind can come too late for the account: a session stands under the identity's own generation.
  if (generation !== undefined || isBound) return { userId, fence: { generation: generation ?? 0 } };
  // Nothing tells how old this answer is. One that comes after the fence was read is as young as the fence.
  const fence = await bindings.fenceOf(userId);
  const second = await askAgain();
  if ("refused" in second) return refused(second.refused);
  return second.userId === userId ? { userId, fence: { fence } } : refused("access_changed");
}
