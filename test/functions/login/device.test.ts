import { expect, test } from "vitest";
import { deviceLabel } from "../../../functions/login/device.ts";

const weChat = (platform: string, version = "8.0.49") =>
  `Mozilla/5.0 (${platform}) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/${version}(0x1800) NetType/WIFI Language/zh_CN`;

test.each([
  [weChat("iPhone; CPU iPhone OS 17_5 like Mac OS X"), "iPhone, WeChat 8.0.49"],
  [weChat("iPad; CPU OS 16_1 like Mac OS X"), "iPad, WeChat 8.0.49"],
  [weChat("Linux; Android 14; PJD110 Build/SKQ1.220119.001; wv"), "Android 14 PJD110, WeChat 8.0.49"],
  [weChat("Linux; Android 13; M2102K1C; wv"), "Android 13 M2102K1C, WeChat 8.0.49"],
  [weChat("Windows NT 10.0; Win64; x64", "7.0.20.1781"), "Windows, WeChat 7.0.20.1781"],
  [weChat("Macintosh; Intel Mac OS X 10_15_7", "6.8.0"), "Mac, WeChat 6.8.0"],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) wechatdevtools/1.06 MicroMessenger/8.0.5",
    "iPhone, WeChat DevTools",
  ],
])("names the device of %s", (userAgent, label) => {
  expect(deviceLabel(userAgent)).toBe(label);
});

test.each(["", "curl/8.5.0", "okhttp", "\u0000\u0001", "<script>alert(1)</script>"])(
  "has no name for %j",
  (userAgent) => {
    expect(deviceLabel(userAgent)).toBeUndefined();
  },
);

test("keeps the label short and free of markup, whatever is sent", () => {
  const hostile = `Android 14; <img src=x onerror=alert(1)>${"A".repeat(4_000)} Build/ MicroMessenger/8.0.49`;
  expect(deviceLabel(hostile)).toBe("Android 14, WeChat 8.0.49");
  expect(
    deviceLabel(`Android ${"1".repeat(500)}; ${"M".repeat(500)} Build/`)?.length ?? 0,
  ).toBeLessThanOrEqual(64);
});

test("looks at no more of a User-Agent than one has", () => {
  expect(deviceLabel(`${" ".repeat(8_186)}iPhone`)).toBe("iPhone");
  expect(deviceLabel(`${" ".repeat(8_192)}iPhone`)).toBeUndefined();
});
