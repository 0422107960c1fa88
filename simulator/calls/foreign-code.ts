/** What the WeChat IDE gives without an AppId of its developer's. Source: what its users report. */
const mockCode = "the code is a mock one";

/**
 * Advice about a code that was never given out here, if it looks like WeChat's own; `control` gives one of ours. Without it
 * somebody would try for ever: it is refused as a spent one is, and the next one will be as well.
 */
export function foreignCodeAdvice(code: string, control: string): string | undefined {
  if (code !== mockCode && !/^[A-Za-z0-9]{20,}$/.test(code)) return undefined;
  return (
    "The WeChat simulator gave out no such code: it is one of WeChat's own, from its IDE or a phone, and only WeChat can " +
    `exchange it. Take codes from the simulator instead (${control}), or have the server ask https://api.weixin.qq.com ` +
    "with the AppId and AppSecret of your mini-program."
  );
}
