import { newUserId } from "./account.ts";
import { allAnswered } from "./attempts.ts";
import { issueTicket, ticketAttempts, ticketHash } from "./bind-ticket.ts";
import type { Exchanged } from "./code-exchange.ts";
import { identityKey, identityText } from "./identity.ts";
import {
  type LoggedIn,
  type LoginAttempt,
  type LoginDeps,
  type LoginRequest,
  newSessionFor,
  openSession,
} from "./login-attempt.ts";
import { logInWithPassword } from "./login-with-password.ts";
import { isRefusal, type Refusal, refused } from "./refusal.ts";

/**
 * Logs a person in: by a code alone when their identity is bound, by username and password when it is not.
 * Throws StoreUnavailable when a store did not answer; at worst a session that nobody knows of stays until it expires.
 */
export async function login(request: LoginRequest, deps: LoginDeps): Promise<LoggedIn | Refusal> {
  const enteredAt = deps.now();
  const exchanged = await identify(request, enteredAt, deps);
  if (isRefusal(exchanged)) {
    return {
      ...exchanged,
      facts: { ...exchanged.facts, ...("code" in request && { appId: request.appId }) },
    };
  }
  const { person, sessionKey } = exchanged;
  const attempt: LoginAttempt = { person, enteredAt, device: request.device, deps };
  const [result, kept] = await allAnswered([
    logInPerson(request, attempt),
    sessionKey === undefined ? undefined : deps.keepSessionKey?.(identityKey(person), sessionKey, enteredAt),
  ]);
  const who = { appId: person.appId, identity: identityText(person) };
  return { ...result, facts: { ...result.facts, ...kept, ...who } };
}

async function logInPerson(request: LoginRequest, attempt: LoginAttempt): Promise<LoggedIn | Refusal> {
  const { credentials, phoneCode } = request;
  const { logInByPhone } = attempt.deps;
  if (credentials) return logInWithPassword({ ...request, credentials }, attempt);
  if (phoneCode !== undefined && logInByPhone) return logInByPhone(phoneCode, request, attempt);
  return logInSilently(attempt);
}

async function identify(
  request: LoginRequest,
  enteredAt: number,
  { exchangeCode, invalidCodes, tickets }: LoginDeps,
): Promise<Exchanged | Refusal> {
  if ("code" in request) {
    const { appId, code, sourceIp } = request;
    const overLimit = invalidCodes.refusalFor(sourceIp, enteredAt);
    if (overLimit) return overLimit;
    const answer = await exchangeCode(appId, code);
    if (!isRefusal(answer) || answer.refused !== "invalid_code") return answer;
    return { ...answer, facts: { ...answer.facts, ...(await invalidCodes.count(sourceIp, enteredAt)) } };
  }
  const person = await tickets.takeAttempt(ticketHash(request.bindTicket), enteredAt);
  return person ? { person } : refused("invalid_ticket");
}

async function logInSilently(attempt: LoginAttempt): Promise<LoggedIn | Refusal> {
  const { person, enteredAt, deps } = attempt;
  const binding = await deps.bindings.find(identityKey(person));
  if (binding?.disabled) return refused("account_disabled");
  if (binding?.userId !== undefined) return openSession({ ...binding, userId: binding.userId }, attempt);
  if (!deps.verifier && !deps.logInByPhone) return logInWithNewAccount(binding?.generation ?? 0, attempt);
  const bindTicket = await issueTicket(person, ticketAttempts, enteredAt, deps.tickets, deps.random);
  return refused("binding_required", { bindTicket });
}

/** Nobody knows passwords here: the first login of an identity makes a userId for it. */
async function logInWithNewAccount(generation: number, attempt: LoginAttempt): Promise<LoggedIn | Refusal> {
  const { person, deps } = attempt;
  const userId = newUserId(deps.random);
  const minted = newSessionFor({ userId, generation }, attempt);
  const result = await deps.bindings.bind({
    person,
    generation,
    userId,
    account: { fence: 0 },
    session: minted.session,
  });
  if (result === "bound") return { ...minted.login, newBinding: true };
  if (result !== "already_bound") return refused(result === "bound_already" ? "access_changed" : result);
  // The same person's other login was faster, and made the account that both share.
  const binding = await deps.bindings.find(identityKey(person));
  if (binding?.disabled) return refused("account_disabled");
  return binding?.userId === undefined
    ? refused("access_changed")
    : openSession({ ...binding, userId: binding.userId }, attempt);
}
