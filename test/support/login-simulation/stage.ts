import { identityKey } from "../../../functions/core/identity.ts";
import type { SimulatedFunctions } from "./functions.ts";
import { loginRequests } from "./login-requests.ts";
import { observation } from "./observation.ts";
import { operatorRequests } from "./operator-requests.ts";
import type { Phone } from "./recorded.ts";
import type { Schedule } from "./schedule.ts";
import { sessionRequests } from "./session-requests.ts";
import { hex } from "./table-checks.ts";

/** A world under observation: whatever is asked in it goes through here, and is checked. */
export function stage(functions: SimulatedFunctions, schedule: Schedule) {
  const observed = observation(functions, schedule);
  return Object.assign(observed, {
    ...loginRequests(observed),
    ...sessionRequests(observed),
    ...operatorRequests(observed),
    phone(name: string, appId: string, openid: string, sourceIp: string): Phone {
      return { name, appId, openid, identity: hex(identityKey({ appId, openid })), sourceIp };
    },
  });
}

export type Stage = ReturnType<typeof stage>;
