import { type OptionalVariable, optionalVariable, wholeNumber } from "../../contract/environment.ts";
import { lambdaClient } from "../aws/clients.ts";
import type { LogInByPhone } from "../core/login-attempt.ts";
import { phoneLogin } from "../core/login-by-phone.ts";
import type { PhoneNumberDeps } from "../core/phone-number.ts";
import { lambdaVerifier } from "../passwords/lambda-verifier.ts";

/** Undefined: nobody logs in by phone number here. */
export function phoneLoginWiring(
  source: Record<string, string | undefined>,
  deps: Omit<PhoneNumberDeps, "phoneLimits">,
): LogInByPhone | undefined {
  const variable = (name: OptionalVariable) => optionalVariable(name, source);
  const verifier = variable("PHONE_VERIFIER_FUNCTION");
  if (verifier === undefined) return undefined;
  return phoneLogin({
    ...deps,
    phoneVerifier: lambdaVerifier(lambdaClient(), verifier, variable("VERIFIER_IS_OWNERS") !== undefined),
    phoneLimits: {
      perDay: wholeNumber("PHONE_PER_DAY", variable("PHONE_PER_DAY") ?? "", 1),
      perIdentity: wholeNumber("PHONE_PER_IDENTITY", variable("PHONE_PER_IDENTITY") ?? "", 1),
    },
    nextHolder: variable("PHONE_NEXT_HOLDER") === "bind" ? "bind" : "refuse",
    keepNumber: variable("PHONE_KEEP_NUMBER") === "true",
  });
}
