import { encrypted, rawDataSignature } from "../../../simulator/state/open-data.ts";
import type { SentOpenData } from "./open-data-checks.ts";
import type { People } from "./people.ts";
import type { Phone } from "./recorded.ts";
import type { happenings, Step } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import { openidOf } from "./world.ts";

type What = (typeof happenings.openData)[number];
type Act = (step: Step, phone: Phone) => Promise<unknown>;

/** What phones and operators do with open data. */
export function openDataActs(stage: Stage, { phoneOf, sessionOf }: People) {
  const { setup, world, openData, operate, openOpenData } = stage;
  const { sessionKeys } = world.wechat;
  let made = 0;

  /** What WeChat gives the mini-program on this phone. */
  function seal(phone: Phone, sessionKey: string, isSigned = false): SentOpenData {
    const { identity, appId, openid } = phone;
    const it = { openId: openid, what: `open-data-CANARY-${made++}` };
    if (isSigned) {
      const rawData = JSON.stringify(it);
      const body = { rawData, signature: rawDataSignature(rawData, sessionKey) };
      return { body, data: it, identity, sessionKey, madeAt: undefined };
    }
    const madeAt = world.time.now;
    const data = { ...it, watermark: { timestamp: Math.floor(madeAt / 1_000), appid: appId } };
    const iv = Buffer.alloc(16, made).toString("base64");
    const body = { encryptedData: encrypted(JSON.stringify(data), sessionKey, iv), iv };
    return { body, data, identity, sessionKey, madeAt };
  }

  const present = ({ appId, openid }: Phone) => sessionKeys.present(appId, openid);
  const older = new Map<string, SentOpenData[]>();
  const keep = (phone: Phone, sealed: SentOpenData) => {
    older.set(phone.identity, [...(older.get(phone.identity) ?? []), sealed]);
    return sealed;
  };
  const send = async (step: Step, phone: Phone, sealed: SentOpenData | undefined) => {
    const session = sessionOf(step, phone);
    if (session !== undefined && sealed) await openOpenData(phone, session, sealed);
  };

  const acts: Readonly<Record<What, Act>> = {
    "opens data": (step, phone) => send(step, phone, keep(phone, seal(phone, present(phone)))),
    "verifies data": (step, phone) => send(step, phone, keep(phone, seal(phone, present(phone), true))),
    "opens old data": (step, phone) => send(step, phone, older.get(phone.identity)?.at(-1 - step.which)),
    "opens another's data": async (step, phone) => {
      const openid = openidOf((step.who + 1) % setup.people);
      // Also with a key of the sender's own: what it says decides whose it is.
      const another = stage.phone(phone.name, phone.appId, openid, phone.sourceIp);
      if (another.identity === phone.identity) return;
      await send(step, phone, seal(another, step.which > 1 ? present(phone) : present(another)));
    },
    "calls wx.login for nothing": async (_, phone) => {
      world.wechat.code(phone.appId, phone.openid);
    },
    "resets the session_key": async (_, { appId, openid, identity }) => {
      const before = openData.keptOf(identity);
      let by: Parameters<typeof openData.reset>[0];
      const answer = await operate(
        { action: "sessionKey.reset", of: { appId, openid } },
        {},
        (_isOver, it) => {
          by = it;
        },
      );
      if (answer && !("refused" in answer)) openData.reset(by, identity, before);
    },
    "checks the session_key": (_, { appId, openid }) => {
      return operate({ action: "sessionKey.check", of: { appId, openid } });
    },
  };
  return { act: (what: What, step: Step) => acts[what](step, phoneOf(step)) };
}
