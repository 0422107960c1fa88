import { execFile } from "node:child_process";
import { once } from "node:events";
import { Agent, get, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { createConnection, type Socket } from "node:net";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { startWeChatSimulator } from "../../simulator/simulator.ts";
import { errcodeOf, exchange, exchangePath, shop, simulate } from "../support/simulator.ts";

/** One GET through the agent, read to its end. Node takes the socket off an answer that has ended. */
async function through(agent: Agent, url: string): Promise<{ headers: IncomingHttpHeaders; socket: Socket }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent }, resolve).once("error", reject);
  });
  const { headers, socket } = response.resume();
  await once(response, "end");
  return { headers, socket };
}

/** Everything that comes back for these bytes until the simulator ends the connection. */
async function said(port: number, bytes: string): Promise<string> {
  const socket = createConnection(port, "127.0.0.1");
  socket.write(bytes);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

function keepAliveAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
}

describe("connections", () => {
  test("are counted, with the calls over each; controls do not count", async () => {
    const { simulator } = await simulate();
    const [first, second] = [keepAliveAgent(), keepAliveAgent()];
    for (let i = 0; i < 3; i += 1) await through(first, simulator.url + exchangePath("made-up"));
    await through(first, `${simulator.url}/_sim/`);
    await through(second, simulator.url + exchangePath("made-up"));
    expect(simulator.connections).toEqual([3, 1]);
    expect(simulator.requests.map(({ connection }) => connection)).toEqual([0, 0, 0, 1]);
  });

  test("are kept alive without telling for how long", async () => {
    const { simulator } = await simulate();
    const { headers } = await through(keepAliveAgent(), simulator.url + exchangePath("made-up"));
    expect(headers.connection).toBe("keep-alive");
    expect(headers["keep-alive"]).toBeUndefined();
  });

  test("are ended after keepAliveTimeout of idling", async () => {
    const { simulator } = await simulate({ keepAliveTimeout: 10 });
    const { socket } = await through(keepAliveAgent(), simulator.url + exchangePath("made-up"));
    if (!socket.closed) await once(socket, "close");
    expect(simulator.connections).toEqual([1]);
  });
});

describe("close", () => {
  test("ends an idle connection at once, also one on which nothing was ever said", async () => {
    const { simulator } = await simulate({ keepAliveTimeout: 0 });
    const silent = createConnection(simulator.port, "127.0.0.1");
    silent.on("error", () => undefined);
    await vi.waitFor(() => expect(simulator.connections).toHaveLength(1), { interval: 1 });
    const { socket } = await through(keepAliveAgent(), simulator.url + exchangePath("made-up"));
    silent.resume();
    const ended = Promise.all([once(silent, "close"), socket.closed || once(socket, "close")]);
    await simulator.close();
    await ended;
  });

  test("ends a call that waits out a latency, whose verdict was made on arrival", async () => {
    const { simulator } = await simulate();
    simulator.trouble({ latencyMs: 3_600_000 });
    const pending = expect(exchange(simulator, simulator.login("alice"))).rejects.toThrow("fetch failed");
    await vi.waitFor(() => expect(simulator.exchanges).toBe(1), { interval: 1 });
    await simulator.close();
    await pending;
  });

  test("may be called again, and frees the port", async () => {
    const { simulator } = await simulate();
    await Promise.all([simulator.close(), simulator.close()]);
    const again = await simulate({ port: simulator.port });
    expect(again.simulator.url).toBe(simulator.url);
  });

  test("leaves no timer behind that would keep the process alive", async () => {
    const script = `
      import { startWeChatSimulator } from ${JSON.stringify(new URL("../../simulator/simulator.ts", import.meta.url))};
      const simulator = await startWeChatSimulator({ apps: [${JSON.stringify(shop)}] });
      const path = ${JSON.stringify(exchangePath("made-up"))};
      simulator.trouble({ latencyMs: 3_600_000, times: 1 });
      simulator.trouble({ drip: { everyMs: 3_600_000 }, times: 1 });
      const slow = fetch(simulator.url + path).catch(() => undefined);
      while (simulator.requests.length === 0) await new Promise(setImmediate);
      await fetch(simulator.url + path);
      await simulator.close();
      await slow;
    `;
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      timeout: 4000,
    });
    expect(await run).toEqual({ stdout: "", stderr: "" });
  });
});

test("a port in use rejects with node's own error", async () => {
  const { simulator } = await simulate();
  await expect(startWeChatSimulator({ apps: [shop], port: simulator.port })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});

test("a body of more than 64 KiB is refused before it has all arrived, and the next call is served", async () => {
  const { simulator } = await simulate();
  const head = "POST /_sim/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
  expect(await said(simulator.port, head + "x".repeat(64 * 1024 + 1))).toMatch(/^HTTP\/1\.1 413 /);
  expect(errcodeOf(await exchange(simulator, simulator.login("alice")))).toBeUndefined();
});

test.each(["//", "/%", "/sns/jscode2session?%", "*"])("a broken URL (%s) is answered", async (target) => {
  const { simulator } = await simulate();
  const answer = await said(simulator.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 (200|404) [\s\S]*"errcode":4/);
});
