import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { boundedRequest } from "../../../functions/wechat/bounded-request.ts";
import { freshSockets } from "../../../functions/wechat/fresh-sockets.ts";
import { serverForThisTest } from "../../support/server.ts";

const noon = Date.UTC(2026, 2, 1, 12);

/** A server that numbers its connections, a client with a clock to set, and what each request came over. */
async function connected(answers: (socket: Socket) => boolean = () => true) {
  const connections = new Map<Socket, number>();
  const requests: number[] = [];
  const baseUrl = await serverForThisTest(({ socket }, response) => {
    const connection = connections.get(socket) ?? connections.size + 1;
    connections.set(socket, connection);
    requests.push(connection);
    if (answers(socket)) response.end("{}");
    else socket.destroy();
  });
  const time = { now: noon };
  const sockets = freshSockets("http:", () => time.now);
  onTestFinished(() => sockets.agent.destroy());
  return {
    time,
    requests,
    sockets,
    get: () => boundedRequest(new URL(baseUrl), sockets, new AbortController().signal),
    idle: () => Object.values(sockets.agent.freeSockets).flatMap((free) => free ?? []),
  };
}

describe("a connection that was idle for", () => {
  test.each([
    ["no time at all", 0, [1, 1]],
    ["a millisecond less than 5 s", 4_999, [1, 1]],
    ["5 s", 5_000, [1, 2]],
    ["an hour, as in a frozen instance", 3_600_000, [1, 2]],
    ["a time before it became idle, because the clock was set back", -1, [1, 2]],
  ])("%s (%i ms)", async (_, pause, connections) => {
    const { time, requests, get } = await connected();
    expect(await get()).toMatchObject({ kind: "json", value: {} });
    time.now += pause;
    expect(await get()).toMatchObject({ kind: "json", value: {} });
    expect(requests).toEqual(connections);
  });

  test("5 s is closed, and not left to the peer", async () => {
    const { time, get, idle } = await connected();
    await get();
    const [old] = idle();
    time.now += 5_000;
    await get();
    expect(old?.destroyed).toBe(true);
    expect(idle()).not.toContain(old);
  });

  test("4.999 s twice is reused twice: idle time counts from the last answer", async () => {
    const { time, requests, get } = await connected();
    for (let request = 1; request <= 3; request++) {
      await get();
      time.now += 4_999;
    }
    expect(requests).toEqual([1, 1, 1]);
  });
});

describe("a peer that ends the connection at its second request", () => {
  const onlyOnce = () => {
    const seen = new WeakSet<Socket>();
    return (socket: Socket) => {
      const isFirst = !seen.has(socket);
      seen.add(socket);
      return isFirst;
    };
  };

  test("is not noticed after a pause of 5 s: the request works at the first try, on a connection of its own", async () => {
    const { time, requests, get } = await connected(onlyOnce());
    await get();
    time.now += 5_000;
    expect(await get()).toMatchObject({ kind: "json", value: {} });
    expect(requests).toEqual([1, 2]);
  });

  test("is met without a pause, and then the request is lost, not sent again", async () => {
    const { requests, get } = await connected(onlyOnce());
    await get();
    expect(await get()).toEqual({ kind: "unavailable", why: "ECONNRESET" });
    expect(requests).toEqual([1, 1]);
  });

  test("does not spoil the request after the one that was lost", async () => {
    const { requests, get } = await connected(onlyOnce());
    await get();
    await get();
    expect(await get()).toMatchObject({ kind: "json", value: {} });
    expect(requests).toEqual([1, 1, 2]);
  });
});

describe("a connection that is opened ahead", () => {
  /** A server that knows how many requests came over each of its connections. */
  async function opened() {
    const connections: { socket: Socket; requests: number }[] = [];
    const server = createServer(({ socket }, response) => {
      const connection = connections.find((candidate) => candidate.socket === socket);
      if (connection) connection.requests++;
      response.sendDate = false;
      response.end("{}");
    });
    server.on("connection", (socket) => connections.push({ socket, requests: 0 }));
    server.keepAliveTimeout = 0;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("The server does not listen.");
    const url = new URL(`http://127.0.0.1:${address.port}`);
    const time = { now: noon };
    const sockets = freshSockets("http:", () => time.now);
    onTestFinished(() => {
      sockets.agent.destroy();
      server.close();
      server.closeAllConnections();
    });
    return {
      time,
      sockets,
      url,
      server,
      requests: () => connections.map(({ requests }) => requests),
      hangUp: () => Promise.all(connections.map(({ socket }) => closed(socket.destroy()))),
      get: () => boundedRequest(url, sockets, new AbortController().signal),
    };
  }
  const closed = (socket: Socket) => socket.closed || once(socket, "close");
  const fine = { kind: "json", value: {} };

  test("sends nothing, and is the first request's", async () => {
    const { sockets, url, requests, get } = await opened();
    await sockets.open(url);
    await expect.poll(requests).toEqual([0]);
    expect(await get()).toEqual(fine);
    expect(await get()).toEqual(fine);
    expect(requests()).toEqual([2]);
  });

  test.each([
    ["just less than 5 s ago is used", 4_999, [1]],
    ["5 s ago is not", 5_000, [0, 1]],
    ["at a time that is yet to come, because the clock was set back, is not", -1, [0, 1]],
  ])("%s", async (_, pause, expected) => {
    const { time, sockets, url, requests, get } = await opened();
    await sockets.open(url);
    time.now += pause;
    expect(await get()).toEqual(fine);
    expect(requests()).toEqual(expected);
  });

  test("and lost again costs nothing", async () => {
    const { sockets, url, requests, hangUp, get } = await opened();
    await sockets.open(url);
    await expect.poll(requests).toEqual([0]);
    await hangUp();
    // The end of a connection takes its time to arrive, on loopback too.
    await expect.poll(async () => (await get()).kind).toBe("json");
    expect(requests().at(-1)).toBeGreaterThan(0);
  });

  test("serves one request at a time", async () => {
    const { sockets, url, requests, get } = await opened();
    await sockets.open(url);
    expect(await Promise.all([get(), get()])).toEqual([fine, fine]);
    expect(requests()).toEqual([1, 1]);
  });

  test("to nobody is an error, for whoever opened it", async () => {
    const { sockets, url, server } = await opened();
    server.close();
    await once(server, "close");
    await expect(sockets.open(url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
