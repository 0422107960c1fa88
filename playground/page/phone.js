import { key } from "./key.js";
import { hasText, language, text } from "./language.js";
import { createLogin, errorOf, LoginError, messageFor } from "./weapp-login.mjs";

/** One call of the operator's side of the playground. Rejects with what it says. */
export async function control(name, fields = {}) {
  const response = await fetch(`/_playground/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-playground-key": key },
    body: JSON.stringify(fields),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(text(`error.${answer.error}`));
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
    // WeChat's own default: whoever sends JSON need not say so.
    headers: { "content-type": "application/json", ...header },
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

export function explain(error) {
  if (!(error instanceof LoginError)) return { text: String(error.message ?? error) };
  const { code, action, status, retryAfter } = error;
  // What a client does about it: the SDK, the app, or the person.
  const advice = [code, action, "other"].map((name) => `advice.${name}`).find(hasText);
  return { code, action, status, retryAfter, text: text(advice), toast: messageFor(code, language) };
}
