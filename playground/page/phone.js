import { key } from "./key.js";
import { createLogin, errorOf, LoginError, messageFor } from "./weapp-login.mjs";

/** One call of the operator's side of the playground. Rejects with what it says. */
export async function control(name, fields = {}) {
  const response = await fetch(`/_playground/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-playground-key": key },
    body: JSON.stringify(fields),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** `wx` of one phone: its own storage, and wx.login of the person who holds it. */
function wxOf(user, device) {
  const place = (key) => `${user}/${device}/${key}`;
  return {
    login({ success, fail }) {
      control("wx-login", { user }).then(success, (error) => fail({ errMsg: `login:fail ${error.message}` }));
    },
    request({ url, method = "GET", data, header, timeout, success, fail }) {
      request(url, { method, data, header, timeout }).then(success, (error) =>
        fail({ errMsg: error.name === "TimeoutError" ? "request:fail timeout" : "request:fail" }),
      );
    },
    getStorageSync: (key) => JSON.parse(sessionStorage.getItem(place(key)) ?? '""'),
    setStorageSync: (key, value) => sessionStorage.setItem(place(key), JSON.stringify(value)),
    removeStorageSync: (key) => sessionStorage.removeItem(place(key)),
  };
}

/** Succeeds for every status, as wx.request does. */
async function request(url, { method, data, header, timeout = 60_000 }) {
  const response = await fetch(url, {
    method,
    headers: header,
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(timeout),
    ...(data !== undefined && { body: JSON.stringify(data) }),
  });
  const text = await response.text();
  return { statusCode: response.status, data: parsed(text), header: Object.fromEntries(response.headers) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const logins = new Map();

/** The SDK on that phone, as the mini-program's app.js would make it but for one option. */
export function loginOn(user, device) {
  const key = `${user}/${device}`;
  if (!logins.has(key)) {
    // Without further tries every failure is shown at once, and by itself.
    logins.set(key, createLogin({ baseUrl: location.origin, wx: wxOf(user, device), retryDelays: [] }));
  }
  return logins.get(key);
}

/** A phone on which the app was never opened. */
export function forgetPhones(user) {
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(`${user}/`)) sessionStorage.removeItem(key);
  for (const key of logins.keys()) if (key.startsWith(`${user}/`)) logins.delete(key);
}

/** What `login.request` resolved with, as long as it is a success. */
export function succeeded(answer) {
  const error = errorOf(answer);
  if (error) throw error;
  return answer.data;
}

/** What a client does about each action: the SDK, the app, or the person. */
const advice = {
  new_code:
    "The client calls wx.login again and sends the new code; the old one is spent. In an app the SDK does so by itself; on this page you see each failure: tap “Open the app”.",
  new_phone_code:
    "That phone code is spent, and was paid for: nothing sends it again. The person taps the phone number’s button once more.",
  bind: "The client shows the form; the bind ticket it was given spares it a second wx.login.",
  fix_credentials:
    "The client lets the person correct username or password and sends them with the same ticket.",
  unbind_first: "The client says that this WeChat has another account; the person unbinds that one first.",
  contact_support: "Trying again will not help: the client says whom to turn to, and stops.",
  wait: "The client waits for as long as Retry-After says; until then the SDK asks nobody.",
  fix_request: "This is a mistake in the client's program: a developer mends the request.",
  retry: "The client keeps the session and sends the same call again, after a pause.",
};
const adviceByCode = {
  logged_out: "The person logged out, so the SDK stays quiet until “Open the app” asks for a login.",
  session_refused: "The SDK has forgotten the session; the next call logs in silently.",
  privacy_not_agreed:
    "Nothing was sent. With open-type “getPhoneNumber|agreePrivacyAuthorization” one tap agrees, too.",
  privacy_not_declared:
    "Nothing was sent. The owner adds phone numbers to the privacy guideline in WeChat’s console.",
  phone_quota_empty: "Nothing was sent. The owner buys more in WeChat’s console; the password still works.",
  base_library_too_old:
    "Nothing was sent. WeChat before base library 2.21.2 gives no code; the password still works.",
  user_denied: "Nothing was sent. The person may tap again, or log in with the password.",
};

export function explain(error) {
  if (!(error instanceof LoginError)) return { text: String(error.message ?? error) };
  const { code, action, status, retryAfter } = error;
  return {
    code,
    action,
    status,
    retryAfter,
    text: adviceByCode[code] ?? advice[action] ?? "The client shows a general message.",
    toast: { zh: messageFor(code, "zh"), en: messageFor(code, "en") },
  };
}
