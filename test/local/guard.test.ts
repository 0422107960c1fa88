import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { refusalOf } from "../../local/guard.ts";

function requestWith(headers: IncomingMessage["headers"]): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { headers });
}

describe("a request", () => {
  const refusal = refusalOf((origin, host) => origin === `http://${host}` || origin === "https://h5.example");
  const elsewhere = "This is at localhost, and under no other name.";
  const foreign = "No page of this origin may call here.";

  test.each<[string, IncomingMessage["headers"], string | undefined]>([
    ["of curl", { host: "localhost:3000" }, undefined],
    ["by address", { host: "127.0.0.1:3000" }, undefined],
    ["by IPv6", { host: "[::1]:3000" }, undefined],
    [
      "of WeChat's IDE",
      {
        host: "localhost:3000",
        referer: "https://servicewechat.com/wx1/devtools/page-frame.html",
        "sec-fetch-site": "cross-site",
      },
      undefined,
    ],
    ["of its own page", { host: "localhost:3000", origin: "http://localhost:3000" }, undefined],
    ["of a page that may", { host: "localhost:3000", origin: "https://h5.example" }, undefined],
    ["of another page", { host: "localhost:3000", origin: "https://evil.example" }, foreign],
    ["of a page at another port", { host: "localhost:3000", origin: "http://localhost:3001" }, foreign],
    ["of a page without an origin to show", { host: "localhost:3000", origin: "null" }, foreign],
    ["under another name", { host: "evil.example:3000" }, elsewhere],
    [
      "under another name, as its own page",
      { host: "evil.example", origin: "http://evil.example" },
      elsewhere,
    ],
    ["under a name that begins alike", { host: "localhost.evil.example" }, elsewhere],
    ["under a name that ends alike", { host: "evil-localhost" }, elsewhere],
    ["to an address of the network", { host: "192.168.1.2:3000" }, elsewhere],
    ["without a name", {}, elsewhere],
  ])("%s", (_what, headers, expected) => {
    expect(refusal(requestWith(headers))).toBe(expected);
  });

  test("where no page may call, of any page", () => {
    const own = { host: "localhost:3002", origin: "http://localhost:3002" };
    expect(refusalOf()(requestWith(own))).toBe(foreign);
  });
});
