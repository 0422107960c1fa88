import { onTestFinished } from "vitest";
import type { AppSecrets } from "../../functions/core/app-secret.ts";
import {
  startWeChatSimulator,
  type WeChatSimulator,
  type WeChatSimulatorOptions,
} from "../../simulator/simulator.ts";

/** One mini-program whose owner has an Open Platform account, so that WeChat sends a unionid, and one without. */
export const shop = { appId: "wx00000000000000a1", secret: "the-secret-of-the-shop", owner: "acme" };
export const solo = { appId: "wx00000000000000b1", secret: "the-secret-of-the-solo" };

/** WeChat's simulator, closed when the test ends. It ends no idle connection, so that only the client does. */
export async function weChatForThisTest(
  options: Partial<WeChatSimulatorOptions> = {},
): Promise<WeChatSimulator> {
  const simulator = await startWeChatSimulator({ apps: [shop, solo], keepAliveTimeout: 0, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** AppSecrets that are what they are set to, and how often a renewed one was asked for. */
export interface SettableSecrets extends AppSecrets {
  now: string | undefined;
  /** What asking anew brings; as `now` unless set. */
  next: string | undefined;
  /** Whether what there is, now or next, had been accepted by WeChat when it was stored. */
  proven: boolean;
  readonly renewals: string[];
}

export function settableSecrets(now: string | undefined): SettableSecrets {
  const renewals: string[] = [];
  return {
    now,
    next: now,
    proven: false,
    renewals,
    async current() {
      return this.now === undefined ? undefined : { value: this.now, proven: this.proven };
    },
    async renewed(appId) {
      renewals.push(appId);
      this.now = this.next;
      return this.current(appId);
    },
  };
}
