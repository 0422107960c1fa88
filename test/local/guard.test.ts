import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { loopbackGuard } from "../../local/guard.ts";

function requestWith(headers: IncomingMessage["headers"], method = "POST"): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { method, headers });
}

const host = "localhost:3000";
const elsewhere = "This is at localhost, and under no other name.";
const foreign = "No page of another origin may call here.";
const crossSite = { host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" };
/** What WeChat's IDE sends. */
const ide = {
  ...crossSite,
  referer: "https://servicewechat.com/wx0123456789abcdef/devtools/page-frame.html",
};

test.each<[string, IncomingMessage["headers"], string | undefined]>([
  ["of curl", { host }, undefined],
  ["by address", { host: "127.0.0.1:3000" }, undefined],
  ["by IPv6", { host: "[::1]:3000" }, undefined],
  ["of WeChat's IDE", ide, undefined],
  ["of WeChat's IDE, which calls it the same site", { ...ide, "sec-fetch-site": "same-site" }, undefined],
  ["of its own page", { host, origin: "http://localhost:3000", "sec-fetch-site": "same-origin" }, undefined],
  ["of its own page that reads", { host, "sec-fetch-site": "same-origin" }, undefined],
  ["that somebody has typed", { host, "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }, undefined],
  ["of a page that may", { ...crossSite, origin: "https://h5.example" }, undefined],
  ["of another page", { ...crossSite, origin: "https://evil.example" }, foreign],
  ["of another page in an old browser", { host, origin: "https://evil.example" }, foreign],
  ["of a page at another port", { host, origin: "http://localhost:3001" }, foreign],
  ["of a page without an origin to show", { host, origin: "null" }, foreign],
  ["of a page that nobody keeps from hiding its origin", crossSite, foreign],
  ["of one that says where it is", { ...crossSite, referer: "https://evil.example/" }, foreign],
  [
    "of one that looks like WeChat",
    { ...crossSite, referer: "https://servicewechat.com.evil.example/" },
    foreign,
  ],
  ["under another name", { host: "evil.example:3000" }, elsewhere],
  ["under another name, as its own page", { host: "evil.example", origin: "http://evil.example" }, elsewhere],
  ["under another name, as WeChat's IDE", { ...ide, host: "evil.example" }, elsewhere],
  ["under a name that begins alike", { host: "localhost.evil.example" }, elsewhere],
  ["under a name that ends alike", { host: "evil-localhost" }, elsewhere],
  ["to an address of the network", { host: "192.168.1.2:3000" }, elsewhere],
  ["without a name", {}, elsewhere],
])("a request %s", (_what, headers, expected) => {
  const guard = loopbackGuard((origin, at) => origin === `http://${at}` || origin === "https://h5.example");
  expect(guard(requestWith(headers))).toBe(expected);
});

test("a link may be followed, and a form may not be sent", () => {
  const followed = { ...crossSite, "sec-fetch-mode": "navigate" };
  expect(loopbackGuard()(requestWith(followed, "GET"))).toBeUndefined();
  expect(loopbackGuard()(requestWith(followed, "POST"))).toBe(foreign);
  expect(loopbackGuard()(requestWith({ ...followed, origin: "https://evil.example" }, "POST"))).toBe(foreign);
});

test("where no page may call, its own may not either", () => {
  expect(loopbackGuard()(requestWith({ host, origin: `http://${host}` }))).toBe(foreign);
});
