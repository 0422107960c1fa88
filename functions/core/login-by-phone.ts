import type { RefusalCode } from "../../contract/errors.ts";
import type { PhoneVerifier } from "./account-verifier.ts";
import { ticketHash } from "./bind-ticket.ts";
import type { Bind, Binding } from "./binding.ts";
import { identityKey, sha256 } from "./identity.ts";
import {
  type LoggedIn,
  type LogInByPhone,
  type LoginAttempt,
  type LoginRequest,
  newSessionFor,
  openSession,
  ticketForAnotherTry,
} from "./login-attempt.ts";
import { PhoneCodeSpent, type PhoneNumberDeps, verifiedNumber } from "./phone-number.ts";
import { isRefusal, type Refusal, refused, StoreUnavailable } from "./refusal.ts";
import { verifiedAccount } from "./verified-account.ts";

export interface PhoneLoginDeps extends PhoneNumberDeps {
  readonly phoneVerifier: PhoneVerifier;
  /** `refuse`: a number lets in one identity of a mini-program, until it changes or an operator allows another one. */
  readonly nextHolder: "refuse" | "bind";
  /** Whether an identity keeps the number that it was bound by. */
  readonly keepNumber: boolean;
}

/** Of what another phone code, which is paid for too, would only be told again. */
const lasting: readonly RefusalCode[] = ["account_disabled", "account_already_bound", "phone_number_taken"];

/**
 * The identity's binding decides first, and spends no phone code. Without one, whoever has the number is whose account it
 * is bound to. From WeChat's answer on, whatever fails asks for another phone code.
 *
 *   identity as it is ── risk ── its counter ── the day's ── WeChat ── verifier ── bind: one transaction
 */
export function phoneLogin(deps: PhoneLoginDeps): LogInByPhone {
  return async (phoneCode, request, attempt) => {
    const { person, enteredAt } = attempt;
    const binding = await attempt.deps.bindings.find(identityKey(person));
    if (isBound(binding) || binding?.disabled) return logInBound(binding, request, attempt);
    const risky = await attempt.deps.risk?.(person);
    if (risky) return risky;
    const told = await verifiedNumber(person, phoneCode, deps, enteredAt);
    if ("refusal" in told) {
      return told.spent ? anotherTry(told.refusal, request, attempt) : told.refusal;
    }
    try {
      const result = await bind(told.phoneNumber, binding?.generation ?? 0, request, attempt, deps);
      return isRefusal(result) ? await anotherTry(result, request, attempt) : result;
    } catch (error) {
      throw new PhoneCodeSpent(error, await ticketIfThereCanBe(request, attempt));
    }
  };
}

async function bind(
  phoneNumber: string,
  generation: number,
  request: LoginRequest,
  attempt: LoginAttempt,
  { phoneVerifier, nextHolder, keepNumber }: PhoneLoginDeps,
): Promise<LoggedIn | Refusal> {
  const { person, deps } = attempt;
  const ask = () => phoneVerifier.verify({ phoneNumber, appId: person.appId });
  const account = await verifiedAccount(
    await ask(),
    ask,
    { isBound: false, isOwners: phoneVerifier.isOwners },
    deps.bindings,
  );
  if (isRefusal(account)) {
    return account.refused === "invalid_credentials" ? refused("binding_required") : account;
  }
  const { userId, fence } = account;
  const { session, login } = newSessionFor({ userId, generation }, attempt);
  const ticket = ticketOf(request);
  const wanted: Bind = {
    person,
    generation,
    userId,
    account: fence,
    session,
    ...(ticket !== undefined && { ticket }),
    ...(nextHolder === "refuse" && { byNumber: numberOf(userId, phoneNumber) }),
    ...(keepNumber && { phoneNumber }),
  };
  const result = await deps.bindings.bind(wanted);
  if (result === "bound") return { ...login, newBinding: true };
  if (result !== "bound_already" && result !== "already_bound") return refused(result);
  // Another login of this person was faster, and its binding decides.
  return logInBound(await deps.bindings.find(identityKey(person)), request, attempt);
}

/** Names an account and its number, and tells neither: what lets a changed number be forgotten by itself. */
export function numberOf(userId: string, phoneNumber: string): Uint8Array {
  return sha256(JSON.stringify([userId, phoneNumber])).subarray(0, 16);
}

type Bound = Binding & { readonly userId: string };

function isBound(binding: Binding | undefined): binding is Bound {
  return binding?.userId !== undefined;
}

async function logInBound(
  binding: Binding | undefined,
  request: LoginRequest,
  attempt: LoginAttempt,
): Promise<LoggedIn | Refusal> {
  if (binding?.disabled) return refused("account_disabled");
  return isBound(binding) ? openSession(binding, attempt, ticketOf(request)) : refused("access_changed");
}

function ticketOf(request: LoginRequest) {
  return "bindTicket" in request ? ticketHash(request.bindTicket) : undefined;
}

/** Why the phone code was spent in vain, and what makes sense now. */
async function anotherTry(refusal: Refusal, request: LoginRequest, attempt: LoginAttempt): Promise<Refusal> {
  if (lasting.includes(refusal.refused)) return refusal;
  if (refusal.refused === "binding_required") {
    return { ...refusal, bindTicket: await ticketForAnotherTry(request, attempt) };
  }
  const bindTicket =
    refusal.refused === "invalid_ticket" ? undefined : await ticketIfThereCanBe(request, attempt);
  return { ...refusal, action: "new_phone_code", ...(bindTicket !== undefined && { bindTicket }) };
}

async function ticketIfThereCanBe(request: LoginRequest, attempt: LoginAttempt): Promise<string | undefined> {
  try {
    return await ticketForAnotherTry(request, attempt);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return undefined;
  }
}
