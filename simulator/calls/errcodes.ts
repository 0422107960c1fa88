/** Source: WeChat's documentation of the calls and its general list; 40125 and 40163 are reported by its users. */
const words = new Map([
  [-1, "system error"],
  [40001, "invalid credential, access_token is invalid or not latest"],
  [40002, "invalid grant_type"],
  [40003, "invalid openid"],
  [40013, "invalid appid"],
  [40014, "invalid access_token"],
  [40029, "invalid code"],
  [40037, "invalid template_id"],
  [40066, "invalid url"],
  [40125, "invalid appsecret"],
  [40129, "invalid scene"],
  [40163, "code been used"],
  [40226, "code blocked"],
  [40243, "appsecret frozen"],
  [41001, "access_token missing"],
  [41002, "appid missing"],
  [41004, "appsecret missing"],
  [41008, "missing code"],
  [41009, "missing openid"],
  [42001, "access_token expired"],
  [43001, "require GET method"],
  [43002, "require POST method"],
  [43101, "user refuse to accept the msg"],
  [43104, "appid does not match openid"],
  [44002, "empty post data"],
  [45009, "reach max api daily quota limit"],
  [45011, "api minute-quota reach limit, must slower, retry next minute"],
  [47001, "data format error"],
  [47003, "argument invalid!"],
  [50002, "user limited"],
  [61010, "user visit record expired"],
  [61080, "not available"],
  [61081, "too many requests"],
  [87008, "invalid sig_method"],
  [87009, "invalid signature"],
  [9410009, "test quota used up"],
]);

/** WeChat puts no comma between these and the rid. Source: what its users report; 40230 to 40240 without words are a guess. */
const wordsWithoutComma = new Map([
  [40164, "invalid ip, not in whitelist"],
  [40230, "invalid api signature"],
  [40231, "invalid api signature"],
  [40232, "invalid api signature"],
  [40233, "invalid api signature"],
  [40234, "invalid signature"],
  [40235, "invalid encrypt"],
  [40236, "invalid api signature"],
  [40237, "invalid Wechatmp-Appid match request"],
  [40238, "invalid api signature"],
  [40239, "invalid api signature"],
  [40240, "invalid api signature"],
  [48001, "api unauthorized"],
]);

/** The errcodes that have words here, and the words. Any other number can be sent as well. */
export const errcodes: ReadonlyMap<number, string> = new Map([...words, ...wordsWithoutComma]);

/** What WeChat says about a refusal. Nothing should read it but for the address in 40164: it changes without notice. */
export function errmsg(errcode: number, rid: string, address: string): string {
  if (errcode === 40164) {
    const ipv6 = address.includes(":") ? address : `::ffff:${address}`;
    return `invalid ip ${address} ipv6 ${ipv6}, not in whitelist rid: ${rid}`;
  }
  const comma = wordsWithoutComma.has(errcode) ? "" : ",";
  return `${errcodes.get(errcode) ?? "unknown error"}${comma} rid: ${rid}`;
}

/** WeChat's name for one refused call, `xxxxxxxx-xxxxxxxx-xxxxxxxx`: the time in seconds, then 8 random bytes, in hex. */
export function ridOf(milliseconds: number, noise: Buffer): string {
  const seconds = Math.floor(milliseconds / 1000).toString(16);
  return `${seconds.padStart(8, "0").slice(-8)}-${noise.toString("hex", 0, 4)}-${noise.toString("hex", 4, 8)}`;
}
