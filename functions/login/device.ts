const longestLabel = 64;
const longestUserAgent = 8_192;

/**
 * What a person would call the device, from the User-Agent that WeChat sends anyway: `iPhone, WeChat 8.0.49`,
 * `Android 14 PJD110, WeChat 8.0.50`. A hint for the list of devices and nothing else, since any client can send any
 * User-Agent; undefined when nothing in it is recognized.
 */
export function deviceLabel(sent: string): string | undefined {
  const userAgent = sent.slice(0, longestUserAgent);
  const parts = [platform(userAgent), weChat(userAgent)].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(", ").slice(0, longestLabel) : undefined;
}

function platform(userAgent: string): string | undefined {
  const android = /\bAndroid ([\d.]{1,8})(?:; ([\w .()+-]{1,32}?)(?: Build\/|[;)]))?/.exec(userAgent);
  if (android) return ["Android", android[1], android[2]].filter((part) => part !== undefined).join(" ");
  const known = /\b(iPhone|iPad|Windows|Macintosh|OpenHarmony|Linux)\b/.exec(userAgent)?.[1];
  return known === "Macintosh" ? "Mac" : known;
}

function weChat(userAgent: string): string | undefined {
  if (/\bwechatdevtools\//.test(userAgent)) return "WeChat DevTools";
  const version = /\bMicroMessenger\/(\d{1,3}(?:\.\d{1,5}){1,3})/.exec(userAgent)?.[1];
  return version === undefined ? undefined : `WeChat ${version}`;
}
