import { inject } from "vitest";
import { setAppSecrets } from "../../local/after-deploy.ts";
import { type Laptop, startLaptop } from "../../local/laptop.ts";
import { sample } from "../../local/sample.ts";
import type { Lane, PlaygroundEvent } from "../../playground/server/events.ts";
import { createPlayground } from "../../playground/server/playground.ts";
import { startWeChatSimulator, type WeChatSimulator } from "../../simulator/simulator.ts";
import { addAccount } from "./stack-on-laptop.ts";

export interface StackWithPlayground {
  readonly laptop: Laptop;
  readonly simulator: WeChatSimulator;
  /** What the page sends along. */
  readonly key: string;
  close(): Promise<void>;
}

/** What `npm start` starts, on free ports. */
export async function startStackWithPlayground(): Promise<StackWithPlayground> {
  const simulator = await startWeChatSimulator({
    apps: [{ appId: sample.appId, secret: sample.appSecret }],
    exchangesPerMinute: 0,
    onRequest: (request) => playground.weChatCalled(request),
  });
  const playground = createPlayground(simulator);
  const laptop = await startLaptop({
    assemblyDirectory: inject("assembly"),
    weChatUrl: simulator.url,
    maxInstances: 2,
    watch: playground.watch,
    otherwise: playground.answer,
    intercept: playground.intercept,
    async setUp(laptop) {
      await setAppSecrets(laptop, sample.appSecret);
      await addAccount(laptop, sample);
      playground.connect(laptop);
    },
  });
  return {
    laptop,
    simulator,
    key: playground.key,
    async close() {
      await laptop.close();
      await simulator.close();
    },
  };
}

/** The event stream as a page reads it: `text` is all that has come, `arrows` what it says. */
export async function listen({ laptop: { url }, key }: StackWithPlayground, after?: number) {
  const ending = new AbortController();
  const response = await fetch(`${url}/_playground/events?key=${key}`, {
    signal: ending.signal,
    ...(after !== undefined && { headers: { "last-event-id": String(after) } }),
  });
  const seen = { text: "" };
  const reading = (async () => {
    for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      seen.text += chunk;
    }
  })().catch(() => {});
  return {
    type: response.headers.get("content-type"),
    get text() {
      return seen.text;
    },
    get events(): PlaygroundEvent[] {
      const whole = seen.text.slice(0, seen.text.lastIndexOf("\n\n") + 2);
      return [...whole.matchAll(/^data: (.+)$/gm)].map(([, data = ""]) => JSON.parse(data));
    },
    /** `phone>gateway POST /login`, one for each arrow. */
    get arrows(): string[] {
      return this.events.map(
        ({ from, to, label }: { from: Lane; to: Lane; label: string }) => `${from}>${to} ${label}`,
      );
    },
    async stop() {
      ending.abort();
      await reading;
    },
  };
}
