import type { Operators } from "./operators.ts";
import type { People } from "./people.ts";
import type { Phone } from "./recorded.ts";
import type { happenings, Step } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import { accountNumber, openidOf } from "./world.ts";

type What = (typeof happenings.phone)[number];
type Act = (step: Step, phone: Phone) => Promise<unknown>;

/** What people do with phone numbers, and what operators and carriers do. */
export function phoneActs(stage: Stage, { phoneOf, freshCode, sessionOf }: People, { userIdOf }: Operators) {
  const { setup, world, phones, operate, login, showNumber } = stage;
  const { phoneCodes } = world.wechat;

  const accountOf = ({ who }: Step) => accountNumber(who % setup.accounts);
  const next = ({ who }: Step) => openidOf((who + 1) % setup.people);
  const press = (phone: Phone, openid = phone.openid) => {
    phone.phoneCode = phoneCodes.press(phone.appId, openid);
    return phone.phoneCode;
  };
  /** With the ticket that is at hand, or else with a code. */
  const logIn = (phone: Phone, phoneCode: string) => {
    const { ticket } = phone;
    return login(phone, { ...(ticket === undefined ? freshCode(phone) : { bindTicket: ticket }), phoneCode });
  };
  const show = async (step: Step, phone: Phone, phoneCode: string) => {
    const session = sessionOf(step, phone);
    if (session !== undefined) await showNumber(phone, session, phoneCode);
  };

  /** The one of its first person, or of another one. */
  async function giveNumber(step: Step): Promise<void> {
    const { username } = accountOf(step);
    const phoneNumber = phoneCodes.numberOf(step.which > 1 ? next(step) : openidOf(step.who));
    if (setup.verifier === "built-in") {
      await operate({ action: "accounts.phone", account: username, phoneNumber });
    } else world.owners.setPhoneNumber(username, phoneNumber);
  }

  async function takeNumber(step: Step): Promise<void> {
    const { username } = accountOf(step);
    if (setup.verifier.startsWith("own")) return world.owners.setPhoneNumber(username, undefined);
    const userId = userIdOf(step);
    const account = setup.verifier === "built-in" ? username : userId;
    const phoneNumber = world.numberOfUser(userId);
    const answer = await operate({ action: "accounts.removePhone", account });
    if (answer && (!answer.refused || answer.refused === "no_such_number")) {
      phones.numberRemoved(userId, phoneNumber);
    }
  }

  const acts: Readonly<Record<What, Act>> = {
    "logs in by phone": (_, phone) => logIn(phone, press(phone)),
    "logs in by another's phone code": (step, phone) => logIn(phone, press(phone, next(step))),
    "sends the phone code again": async (_, phone) => {
      if (phone.phoneCode !== undefined)
        await login(phone, { ...freshCode(phone), phoneCode: phone.phoneCode });
    },
    "sends one phone code twice": (_, phone) => {
      const phoneCode = press(phone);
      return Promise.all([
        login(phone, { ...freshCode(phone), phoneCode }),
        login(phone, { ...freshCode(phone), phoneCode }),
      ]);
    },
    "shows the number": (step, phone) => show(step, phone, press(phone)),
    "shows another's number": (step, phone) => show(step, phone, press(phone, next(step))),
    "gives the account a number": giveNumber,
    "takes the account's number": takeNumber,
    "allows the next identity": (step, { appId }) => {
      return operate({ action: "bindings.allow", of: { userId: userIdOf(step), appId } });
    },
    "the number goes to somebody else": async (step) => {
      const openid = openidOf(step.who);
      phoneCodes.giveNumber(openid, setup.people === 1 ? undefined : next(step));
    },
  };
  return { act: (what: What, step: Step) => acts[what](step, phoneOf(step)), press };
}

export type PhoneActs = ReturnType<typeof phoneActs>;
