import { PhoneCodeSpent } from "../core/phone-number.ts";
import { loginHandler } from "../login/handler.ts";
import { refusal } from "../runtime/problem.ts";
import { whatBroke } from "../runtime/what-broke.ts";

/** `ANY /login` of a deployment that has more than every deployment: what broke after a phone code was spent says so. */
export function fullLoginHandler(...needs: Parameters<typeof loginHandler>): ReturnType<typeof loginHandler> {
  const login = loginHandler(...needs);
  return {
    ...login,
    async handle(event) {
      try {
        return await login.handle(event);
      } catch (error) {
        if (!(error instanceof PhoneCodeSpent)) throw error;
        const { code, facts } = whatBroke(error.cause);
        const { bindTicket } = error;
        const ticket = bindTicket !== undefined && { bindTicket };
        return refusal(event, code, { action: "new_phone_code", ...ticket }, facts);
      }
    },
  };
}
