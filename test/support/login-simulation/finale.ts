import { tables } from "../fakes.ts";
import type { Answered } from "./gateway.ts";
import type { Operators } from "./operators.ts";
import type { People } from "./people.ts";
import type { PhoneActs } from "./phone-acts.ts";
import type { Phone } from "./recorded.ts";
import type { Step } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import { accountNumber, cafe } from "./world.ts";

/** Both windows of every limit are over, by every clock. */
const longEnough = 4 * 3_600_000;
/** And so is the day of phone numbers. */
const aDay = 26 * 3_600_000;

/**
 * Whatever has happened, all goes well from now on: then what the tables say of an identity is what its person is told,
 * within two attempts; and what operators repeat completes what was cut short.
 */
export async function finale(
  stage: Stage,
  { phoneOf, freshCode, credentials }: People,
  staff: Operators,
  { press }: PhoneActs,
) {
  const { world, setup, violated, passwords } = stage;
  /** The first login of an identity makes its account. */
  const isOpen = setup.verifier === "none" && !setup.phone;
  const { time, network, wechat, appIds } = world;
  const byPhone = (phone: Phone) => stage.login(phone, { ...freshCode(phone), phoneCode: press(phone) });
  network.heal();
  await time.passTo(time.now + longEnough);
  for (const appId of appIds) {
    await done(
      stage.operate({ action: "secret.rotate", appId, appSecret: wechat.secretOf(appId) }),
      "secret.rotate",
    );
  }
  const steps = Array.from({ length: setup.people }, (_, who) => ({ ...aStep, who: who as Step["who"] }));
  const all = steps.flatMap((step) =>
    appIds.map((appId) => ({ step, phone: phoneOf({ ...step, which: appId === cafe ? 2 : 0 }) })),
  );

  for (const { step, phone } of all) {
    await expectAsTheTablesSay(phone, step);
    if (stage.violation) return;
  }
  if (setup.verifier === "none") await enableAll();
  else for (const step of steps.slice(0, setup.accounts)) await repair(step);
  for (const { phone } of all) {
    const { appId, openid } = phone;
    await settled(stage.operate({ action: "bindings.enable", of: { appId, openid } }, { enables: true }));
  }
  await stage.look(stage.sessions.sessions, "all was repeated");
  if (stage.violation) return;
  // Each account's first person is alone with it.
  for (const { step, phone } of all.filter(({ step }) => step.who < setup.accounts)) {
    await expectLoggedIn(phone, step, "after all was repaired");
  }

  async function enableAll(): Promise<void> {
    if (setup.phone) for (const { phone } of all) await freeNumber(phone);
    for (const [, { userId, openid, disabled }] of stage.tableState.bindings) {
      if (disabled && openid !== undefined) await settled(staff.enableUser(String(userId), String(userId)));
    }
  }

  /** The number's next login makes an account of its own; and nobody is bound to the last one's. */
  async function freeNumber(phone: Phone): Promise<void> {
    const { openid, appId } = phone;
    const key = `phone#${world.wechat.phoneCodes.numberOf(openid)}`;
    const holder = world.dynamoDb.get(tables.accounts, { key });
    const request = { action: "accounts.removePhone", account: String(holder?.userId) } as const;
    if (holder) await done(stage.operate(request), request.action);
    const ends = ({ identity }: { readonly identity: string }) => identity === phone.identity;
    await settled(stage.operate({ action: "bindings.remove", of: { appId, openid } }, { ends }));
  }

  /** Enabled, with a new password, and free. */
  async function repair(step: Step): Promise<void> {
    const { username, userId } = accountNumber(step.who);
    const isThere = world.dynamoDb.items(tables.accounts).some(({ key }) => key === `username#${username}`);
    if (setup.verifier === "built-in" && !isThere) await settled(staff.addAccount(step));
    await settled(staff.enable(step));
    await settled(staff.changePassword(step));
    for (const [, item] of stage.tableState.bindings) {
      if (item.userId === userId && item.openid !== undefined) violated("a new password leaves a binding");
    }
  }

  async function expectAsTheTablesSay(phone: Phone, step: Step): Promise<void> {
    const item = stage.tableState.bindings.get(phone.identity);
    if (item?.disabled === true) {
      const { status } = await twice(() => settled(stage.login(phone, freshCode(phone))), 403);
      if (status !== 403) violated("who is disabled is not told so");
      return;
    }
    if (item?.userId !== undefined || isOpen) {
      const answer = await twice(() => settled(stage.login(phone, freshCode(phone))), 200);
      if (answer.status !== 200) violated(`nobody can log in any more: ${answer.text}`);
      else await expectServed(phone);
      return;
    }
    if (setup.verifier === "none") {
      const { status, text } = await twice(() => settled(byPhone(phone)), 200);
      if (![200, 403, 409].includes(status)) violated(`nobody can bind by phone: ${text}`);
      return;
    }
    const account = step.who % setup.accounts;
    const answer = await bindWith(phone, account);
    const states = [200, 401, 403, ...(setup.oneIdentityPerApp ? [409] : [])];
    if (!states.includes(answer.status)) violated(`nobody can bind any more: ${answer.text}`);
  }

  async function expectLoggedIn(phone: Phone, step: Step, when: string): Promise<void> {
    const { status, text } =
      setup.verifier === "none"
        ? await twice(() => settled(isOpen ? stage.login(phone, freshCode(phone)) : byPhone(phone)), 200)
        : await bindWith(phone, step.who);
    // Bound to another account before, in agreement with it.
    if (status === 409 && JSON.parse(text).code === "already_bound") return;
    if (status !== 200) violated(`nobody can log in ${when}: ${text}`);
    else await expectServed(phone);
  }

  async function bindWith(phone: Phone, account: number): Promise<Answered> {
    return twice(async () => {
      const typed = credentials(account, passwords.latest(account));
      return settled(stage.login(phone, { ...freshCode(phone), credentials: typed }));
    }, 200);
  }

  async function expectServed(phone: Phone): Promise<void> {
    const { status } = await settled(stage.use(phone, "GET /session", phone.session ?? ""));
    if (status !== 200) violated("a new session is not served");
  }

  async function settled<T>(asked: Promise<T>): Promise<T> {
    await new Promise(setImmediate);
    await time.passAll();
    return asked;
  }

  async function done(
    asked: Promise<Readonly<Record<string, unknown>> | undefined>,
    what: string,
  ): Promise<void> {
    const answer = await settled(asked);
    if (!answer || "refused" in answer)
      violated(`${what} fails though all is well: ${JSON.stringify(answer)}`);
  }

  async function twice(attempt: () => Promise<Answered>, wanted: number): Promise<Answered> {
    await time.passTo(time.now + (setup.phone ? aDay : longEnough));
    const first = await attempt();
    return first.status === wanted ? first : attempt();
  }
}

const aStep: Step = { after: 0, who: 0, phone: 0, which: 0, what: "logs in" };
