import type { Login } from "../../../client/weapp-login.ts";
import { settle, virtualTime } from "../virtual-time.ts";
import { type AppCall, type CopyState, checks } from "./checks.ts";
import { type Outgoing, type PhoneStorage, simulatedWx } from "./phone.ts";
import type { Fault, Schedule, Step } from "./schedule.ts";
import type { Sdk } from "./sdk.ts";
import { type Answered, passwords, simulatedServer } from "./server.ts";

const baseUrl = "https://api.example.com";
const storageKey = "login";
const noon = Date.parse("2026-03-01T12:00:00.000Z");
/** The SDK gives a login up a second after its time. */
const givenUp = 16_000;

interface Copy extends CopyState {
  readonly login: Login;
  readonly sdk: ReturnType<Sdk>;
  /** What the phone's button gave last. */
  phoneCode?: string;
}

/** Runs a schedule; the first thing that must not be, or undefined. */
export async function run(sdk: Sdk, schedule: Schedule): Promise<string | undefined> {
  try {
    return await play(sdk, schedule);
  } catch (error) {
    return `it throws: ${error}`;
  }
}

async function play(sdk: Sdk, { steps, faults }: Schedule): Promise<string | undefined> {
  let violation: string | undefined;
  const violated = (what: string) => {
    violation ??= what;
  };
  const time = virtualTime(noon);
  let clockIsOff = 0;
  const phoneNow = () => time.now + clockIsOff;
  const server = simulatedServer(() => time.now, violated);
  const check = checks(server, phoneNow, violated);
  const storage: PhoneStorage = { state: "works", values: new Map() };
  const requests = new Map<string, AppCall>();
  let drawn = 0;
  /** What may keep a request from succeeding. */
  let disturbances = 0;
  /** Whether something has happened whose consequences last. */
  let isTroubled = false;
  let refusedByGateway = 0;
  /** Faults that may have cost a login. */
  let excuses = 0;
  let polled = false;
  let needless = 0;
  const hasTwoCopies = steps.some(({ copy }) => copy === 1);

  function nextFault(): Fault {
    const fault = faults[drawn++] ?? "none";
    if (fault !== "none") disturbances++;
    if (fault !== "none" && !fault.endsWith("slow")) excuses++;
    if (fault === "gateway's 403") refusedByGateway++;
    if (/403|^wait/.test(fault)) isTroubled = true;
    return fault;
  }

  function start(): Copy {
    const state: CopyState = { calls: [], isDead: false, codesAsked: 0, loginAnswered: 0 };
    const wx = simulatedWx(
      time,
      nextFault,
      storage,
      {
        asksForCode() {
          check.asksForCode(state);
          let isOver = false;
          return {
            freshCode: server.freshCode,
            over() {
              if (!isOver) state.codesAsked--;
              isOver = true;
            },
          };
        },
        sends: (request) => sent(state, request),
        threw: (error) => violated(`a callback throws: ${error}`),
      },
      () => state.isDead,
    );
    const made = sdk({
      setTimeout: (run, ms) => time.after(ms, () => state.isDead || run()),
      clearTimeout(timer) {
        if (typeof timer === "function") timer();
      },
      random: () => 0.5,
    });
    const login = made.createLogin({ baseUrl, wx, storageKey, now: phoneNow });
    const copy: Copy = Object.assign(state, { login, sdk: made });
    login.on("loggedOut", (error) => {
      if (login.session()) violated("loggedOut is said while there is a session");
      if (!error) check.saysLoggedOut(copy);
    });
    return copy;
  }

  function sent(copy: CopyState, { method, url, header, data }: Outgoing) {
    const path = url.slice(baseUrl.length);
    if (!url.startsWith(`${baseUrl}/`)) violated("something goes to another host");
    const { Authorization } = Object(header);
    const session = typeof Authorization === "string" ? Authorization.slice("Bearer ".length) : undefined;
    const body: Record<string, unknown> = Object(data);
    const call = requests.get(String(body.id ?? body.iv ?? body.phoneCode));
    const sentAt = time.now;
    let order = 0;
    if (path === "/login") {
      order = check.sendsLogin(copy, body);
      if (method !== "POST") violated("a password in a URL");
    } else if (path === "/session") {
      if (method === "DELETE") check.closes(session ?? "");
    } else if (call) check.sends(call, session ?? "");
    return {
      answer(): Answered {
        const answer = server.answer({ method, path, session, data });
        // Of another copy, or on its way when the mini-program was restarted.
        if (method === "DELETE" && path !== "/session") sessionsEnd(copies.filter((it) => it !== copy));
        const isSilent = path === "/login" && server.session(Object(answer.data).sessionId)?.silent;
        if (isSilent && !hasTwoCopies && !copy.isDead && check.findNeedless(copy, order)) needless++;
        return answer;
      },
      delivered(answer: Answered, first: boolean) {
        const inTime = first && time.now - sentAt < givenUp;
        if (order) check.loginAnswered(copy, order, answer, inTime, body);
        if (Object(answer.data).code === "session_key_stale") excuses++;
        if (call && answer.statusCode === 403 && typeof Object(answer.data).code !== "string") call.refused++;
      },
    };
  }

  /** Follows a call to its end; nothing secret may be in what it is rejected with. */
  function follow<T>(
    call: AppCall,
    promise: Promise<T>,
    then: (result: { value?: T; error?: unknown }) => void,
  ): void {
    const over = (result: { value?: T; error?: unknown }) => {
      call.settled = true;
      if (call.copy.isDead) return;
      const { error } = result;
      if (error !== undefined) {
        if (Object(error).name !== "LoginError") violated(`rejected with ${error}`);
        if (/(session|ticket|code|pwd)-\d/.test(`${error} ${Object(error).detail}`))
          violated("an error tells a secret");
      }
      then(result);
    };
    promise.then(
      (value) => over({ value }),
      (error: unknown) => over({ error }),
    );
  }

  let requestsMade = 0;
  function request(
    copy: Copy,
    all: readonly Copy[],
    mayRepeat: boolean,
    send: (id: string) => Promise<{ readonly statusCode: number }>,
    route: "ok" | "bad" | "own",
  ): void {
    const userId = copy.login.session()?.userId;
    const call = check.begin(copy, "request", { userId, mayRepeat });
    const id = `request-${++requestsMade}`;
    requests.set(id, call);
    const before = disturbances;
    const isQuiet =
      all.every(({ calls }) => calls.every((it) => it.settled || it === call)) &&
      mayRepeat &&
      route === "ok" &&
      server.identity.userId === "u_zhangsan" &&
      !server.identity.disabled &&
      !check.isOut(copy) &&
      !check.storageHasFailed;
    follow(call, send(id), ({ value, error }) => {
      const { code } = Object(error);
      if (code === "session_refused" && !call.refused && !refusedByGateway)
        violated("a refused session that nothing has refused");
      if (Object(error).detail === "a new session was refused too" && check.isGivenUp(call)) {
        violated("a request is given up that a login would have helped");
      }
      if (isQuiet && before === disturbances && !isTroubled && value?.statusCode !== 200) {
        violated(`a request fails though all is well: ${error}`);
      }
    });
  }
  function bind(copy: Copy, username: string, password = passwords[username] ?? ""): void {
    disturbances++;
    follow(check.begin(copy, "login"), copy.login.bind({ username, password }), ({ value }) => {
      if (value && value.userId !== `u_${username}`) violated("a bind gives somebody else's session");
    });
  }

  function bindPhone(copy: Copy, code: string): void {
    disturbances++;
    copy.phoneCode = code;
    const bound = copy.sdk.bindPhone(copy.login, { code, errMsg: "getPhoneNumber:ok" });
    follow(check.begin(copy, "login"), bound, ({ error }) => saysThatItIsSpent(error));
  }

  function saysThatItIsSpent(error: unknown): void {
    if (Object(error).action === "retry") violated("a phone code is said to be good for another try");
  }

  /** `wx.getWeRunData`, which takes a moment. */
  function fetched(id: string): Promise<{ encryptedData: string; iv: string }> {
    return new Promise((resolve) => {
      time.after(50, () => resolve(server.openData(id)));
    });
  }

  function end(copy: Copy, how: (login: Login) => Promise<void>): void {
    disturbances++;
    const call = check.begin(copy, "ending");
    follow(call, how(copy.login), ({ error }) => {
      if (error === undefined) check.ended(call, !!copy.login.session());
    });
  }

  /** All of them at once, behind the back of these copies. */
  function sessionsEnd(those: readonly Copy[]): void {
    disturbances++;
    // Between a login and its first use: what refuses then, cannot be told from a wrong authorizer.
    if (those.some(({ calls }) => calls.some(({ settled }) => !settled))) isTroubled = true;
  }

  function revoke(): void {
    sessionsEnd(copies);
    server.identity.generation++;
  }

  function happens({ what }: Step, copy: Copy, copies: Copy[]): void {
    const { login } = copy;
    const { identity } = server;
    switch (what) {
      case "login":
        follow(check.begin(copy, "login"), login.login(), () => {});
        break;
      case "bind":
        bind(copy, "zhangsan");
        break;
      case "bind another":
        isTroubled = true;
        bind(copy, "lisi");
        break;
      case "mistype":
        bind(copy, "zhangsan", "pwd-3");
        break;
      case "get":
        request(copy, copies, true, (id) => login.request({ path: "/ok", data: { id } }), "ok");
        break;
      case "poll a bad route":
        polled = true;
        request(copy, copies, true, (id) => login.request({ path: "/bad", data: { id } }), "bad");
        break;
      case "post":
        request(
          copy,
          copies,
          false,
          (id) => login.request({ path: "/ok", method: "POST", data: { id } }),
          "ok",
        );
        break;
      case "post with replay":
        request(
          copy,
          copies,
          true,
          (id) => login.request({ path: "/ok", method: "POST", data: { id }, replay: true }),
          "ok",
        );
        break;
      case "ask for bytes":
        request(
          copy,
          copies,
          true,
          (id) => login.request({ path: "/own", data: { id }, responseType: "arraybuffer" }),
          "own",
        );
        break;
      case "upload":
        request(
          copy,
          copies,
          false,
          (id) => login.uploadFile({ path: "/ok", filePath: id, name: "file" }),
          "ok",
        );
        break;
      case "download":
        request(copy, copies, true, (id) => login.downloadFile({ path: "/ok", filePath: id }), "ok");
        break;
      case "ask another host":
        request(copy, copies, false, () => login.request({ path: "@evil.example/" }), "own");
        break;
      case "bind phone":
        bindPhone(copy, server.freshPhoneCode());
        break;
      case "bind phone with the last code":
        bindPhone(copy, copy.phoneCode ?? server.freshPhoneCode());
        break;
      case "phone number": {
        const code = server.freshPhoneCode();
        const told = async (id: string) => {
          requests.set(code, requests.get(id) ?? check.begin(copy, "request"));
          await copy.sdk.phoneNumber(login, { code, errMsg: "getPhoneNumber:ok" }).catch((error: unknown) => {
            saysThatItIsSpent(error);
            throw error;
          });
          return { statusCode: 200 };
        };
        request(copy, copies, true, told, server.phone.losesCode ? "own" : "ok");
        break;
      }
      case "open data":
        request(
          copy,
          copies,
          true,
          async (id) => {
            await copy.sdk.openData(login, () => fetched(id));
            return { statusCode: 200 };
          },
          "ok",
        );
        break;
      case "open data as it is":
        request(
          copy,
          copies,
          true,
          async (id) => {
            await copy.sdk.openData(login, server.openData(id));
            return { statusCode: 200 };
          },
          "own",
        );
        break;
      case "another wx.login":
        disturbances++;
        server.freshCode();
        break;
      case "operator unbinds":
        revoke();
        identity.userId = undefined;
        break;
      case "number is nobody's":
        server.phone.userId = undefined;
        break;
      case "number is zhangsan's":
        server.phone.userId = "u_zhangsan";
        break;
      case "a phone code is lost":
        disturbances++;
        server.phone.losesCode = true;
        break;
      case "logout": {
        disturbances++;
        check.logout(copy);
        const call = check.begin(copy, "request");
        follow(call, login.logout(), ({ error }) => {
          if (error !== undefined) violated("a logout is rejected");
        });
        const { sessionId } = Object(storage.values.get(storageKey));
        if (sessionId && storage.state !== "broken") violated("a logout leaves the session in storage");
        break;
      }
      case "logout everywhere":
        end(copy, (it) => it.logout({ everywhere: true }));
        break;
      case "unbind":
        end(copy, (it) => it.unbind());
        break;
      case "look":
        check.sees(copy, login.session()?.sessionId);
        break;
      case "restart":
        disturbances++;
        for (const [index, old] of copies.entries()) {
          old.isDead = true;
          copies[index] = start();
        }
        break;
      case "operator revokes":
        revoke();
        break;
      case "operator rebinds":
        isTroubled = true;
        identity.generation++;
        identity.userId = "u_lisi";
        break;
      case "operator disables":
        disturbances++;
        identity.generation++;
        identity.disabled = true;
        break;
      case "operator enables":
        disturbances++;
        identity.disabled = false;
        break;
      case "storage is full":
        storage.state = "full";
        check.storageFailed();
        break;
      case "storage breaks":
        storage.state = "broken";
        check.storageFailed();
        break;
      case "storage works":
        storage.state = "works";
        break;
      case "clock jumps back":
      case "clock jumps ahead":
        disturbances++;
        check.clockJumped();
        clockIsOff += what === "clock jumps back" ? -1_800_000 : 1_800_000;
    }
  }

  const copies = hasTwoCopies ? [start(), start()] : [start()];
  for (const step of steps) {
    await time.passTo(time.now + step.after);
    const copy = copies[step.copy];
    if (copy) happens(step, copy, copies);
    await settle();
    if (violation) return violation;
  }
  await time.passAll();
  check.atEnd(copies);
  const minutes = (time.now - noon) / 60_000;
  const allowed = excuses + (polled ? 1 + Math.floor(minutes / 5) : 0);
  if (needless > allowed) violated("needless logins");
  if (!violation) await allIsWell(copies);
  return violation;

  /** Whatever has happened, a person with a good phone and a good network can log in, and be served. */
  async function allIsWell(those: readonly Copy[]): Promise<void> {
    await time.passTo(time.now + 7_300_000 + Math.max(0, -clockIsOff));
    storage.state = "works";
    drawn = faults.length;
    Object.assign(server.identity, { userId: "u_zhangsan", disabled: false });
    for (const copy of those) {
      const { login } = copy;
      let failure: unknown;
      let served = false;
      const serve = async () => {
        check.begin(copy, "request");
        try {
          const { statusCode } = await login.request({ path: "/final" });
          return statusCode === 200;
        } catch (error) {
          failure = error;
          return false;
        }
      };
      const finale = (async () => {
        served = await serve();
        if (served) return;
        check.begin(copy, "login");
        await login.login();
        served = await serve();
      })().catch((error: unknown) => {
        failure = error;
      });
      await settle();
      await time.passAll();
      await finale;
      if (!served) violated(`nobody can log in any more: ${failure}`);
    }
  }
}
