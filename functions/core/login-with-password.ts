import { allAnswered, type Charge, chargeAttempt, chargeCountedAs } from "./attempts.ts";
import { ticketHash } from "./bind-ticket.ts";
import type { Binding } from "./binding.ts";
import { identityKey } from "./identity.ts";
import {
  type Credentials,
  type LoggedIn,
  type LoginAttempt,
  type LoginDeps,
  type LoginRequest,
  newSessionFor,
  openSession,
  ticketForAnotherTry,
} from "./login-attempt.ts";
import { type Facts, isRefusal, type Refusal, refused, StoreUnavailable } from "./refusal.ts";
import { countedName } from "./username.ts";
import { type VerifiedAccount, verifiedAccount } from "./verified-account.ts";

/**
 * First login, or one where the person typed a password anyway: then the password decides.
 *
 *   identity's counter ─┬─ counters of source IP and username ─┬─ verifier ─┬─ bind: one transaction ──┬─ answer
 *                       └─ identity as it is ──────────────────┘            └─ counters given back ────┘
 */
export async function logInWithPassword(
  request: LoginRequest & { readonly credentials: Credentials },
  attempt: LoginAttempt,
): Promise<LoggedIn | Refusal> {
  const { person, enteredAt, deps } = attempt;
  const { credentials } = request;
  const { verifier } = deps;
  if (verifier === undefined) return refused("invalid_credentials");
  const key = identityKey(person);
  const counted = {
    identityKey: key,
    sourceIp: request.sourceIp,
    username: countedName(credentials.username),
  };
  // The identity is read before the password is looked at: whatever ends its access from here on ends this login too.
  const { charge: charged, beside: binding } = await chargeAttempt(counted, deps, enteredAt, () =>
    deps.bindings.find(key),
  );
  if (isRefusal(charged)) return charged;

  const question = { ...credentials, appId: person.appId };
  const first = await verifier.verify(question);
  const { countAs } = first;
  const charge =
    countAs === undefined ? charged : await chargeCountedAs(countAs, charged, counted, deps, enteredAt);
  if (isRefusal(charge)) return charge;
  const askAgain = () => verifier.verify(question);
  const account = await verifiedAccount(
    first,
    askAgain,
    { isBound: binding?.userId !== undefined, isOwners: verifier.isOwners },
    deps.bindings,
  );
  if (isRefusal(account)) {
    if (account.refused !== "invalid_credentials") return account;
    return refused("invalid_credentials", { bindTicket: await ticketForAnotherTry(request, attempt) });
  }
  const [result, facts] = await allAnswered([
    logInVerified(account, binding, request, attempt),
    giveBack(charge, deps),
  ]);
  return { ...result, facts: { ...result.facts, ...facts } };
}

async function logInVerified(
  { userId, fence }: VerifiedAccount,
  binding: Binding | undefined,
  request: LoginRequest,
  attempt: LoginAttempt,
): Promise<LoggedIn | Refusal> {
  const { person, deps } = attempt;
  if (binding?.userId !== undefined && binding.userId !== userId) return refused("already_bound");
  if (binding?.disabled) return refused("account_disabled");
  const generation = binding?.generation ?? 0;
  const ticket = "bindTicket" in request ? ticketHash(request.bindTicket) : undefined;
  if (binding?.userId === undefined) {
    const { session, login } = newSessionFor({ userId, generation }, attempt);
    const bind = { person, generation, userId, account: fence, session };
    const result = await deps.bindings.bind({ ...bind, ...(ticket !== undefined && { ticket }) });
    if (result === "bound") return { ...login, newBinding: true };
    if (result !== "bound_already") return refused(result);
  }
  return openSession({ ...binding, userId, generation }, attempt, ticket);
}

/** Counters that could not be given back hold too many attempts, which is no reason to refuse who knows the password. */
async function giveBack({ charged }: Charge, { counters }: LoginDeps): Promise<Facts> {
  try {
    await allAnswered(charged.map((counter) => counters.giveBack(counter)));
    return {};
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return { notGivenBack: true };
  }
}
