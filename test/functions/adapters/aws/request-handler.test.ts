import { EventEmitter, once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import https from "node:https";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { requestHandler } from "../../../../functions/adapters/aws/request-handler.ts";

const patient = { connection: 10_000, request: 10_000 };

async function handlerFor(answer: RequestListener, timeouts = patient) {
  let connections = 0;
  const server = createHttpServer(answer).on("connection", () => connections++);
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const handler = requestHandler(timeouts, ({ headers }) => ({ ...headers, signed: "yes" }));
  onTestFinished(() => {
    handler.destroy();
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server does not listen.");
  const request = {
    method: "POST",
    protocol: "http:",
    hostname: "127.0.0.1",
    port: address.port,
    path: "/path",
    headers: { host: "here", one: "1" },
    body: "body",
  };
  return { handler, request, server, connections: () => connections };
}

test("sends a signed request, and answers in one piece", async () => {
  const { handler, request } = await handlerFor(async (incoming, response) => {
    let text = "";
    for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
    const { one, signed } = incoming.headers;
    response.writeHead(201, { "x-two": "2" });
    response.write(`${incoming.method} ${incoming.url} ${one} ${signed} `);
    response.end(text);
  });
  const { response } = await handler.handle(request);
  expect(response.statusCode).toBe(201);
  expect(response.headers["x-two"]).toBe("2");
  expect(Buffer.from(response.body).toString()).toBe("POST /path 1 yes body");
});

test("keeps its connection for the next request", async () => {
  const { handler, request, connections } = await handlerFor((_, response) => void response.end());
  for (let call = 1; call <= 3; call++) await handler.handle(request);
  expect(connections()).toBe(1);
});

test.each<[string, RequestListener]>([
  ["at all", () => {}],
  ["to the end", (_, response) => void response.write("half")],
])("gives up a service that does not answer %s, as something to be asked again", async (_, answer) => {
  const { handler, request } = await handlerFor(answer, { ...patient, request: 50 });
  await expect(handler.handle(request)).rejects.toMatchObject({ name: "TimeoutError" });
});

describe("a connection that does not come about", () => {
  /** No loopback address keeps a caller waiting, so this socket is none. */
  function connecting() {
    vi.useFakeTimers();
    const socket = Object.assign(new EventEmitter(), { connecting: true });
    const outgoing = Object.assign(new EventEmitter(), { end: () => {}, destroy: vi.fn() });
    const request = vi.spyOn(https, "request").mockReturnValue(Object(outgoing));
    onTestFinished(() => {
      request.mockRestore();
      vi.useRealTimers();
    });
    const handler = requestHandler({ connection: 500, request: 1_000 }, ({ headers }) => ({ ...headers }));
    const settled = vi.fn();
    handler
      .handle({ method: "POST", protocol: "https:", hostname: "far", path: "/", headers: {}, body: "" })
      .catch(({ name }) => settled(name));
    outgoing.emit("socket", socket);
    return { socket, outgoing, settled };
  }

  test("is given up, as something to be asked again", async () => {
    const { outgoing, settled } = connecting();
    await vi.advanceTimersByTimeAsync(499);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledExactlyOnceWith("TimeoutError");
    expect(outgoing.destroy).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("in time is not, and the answer has its own time", async () => {
    const { socket, settled } = connecting();
    await vi.advanceTimersByTimeAsync(499);
    socket.emit("connect");
    await vi.advanceTimersByTimeAsync(500);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledExactlyOnceWith("TimeoutError");
  });
});

test.each<[string, RequestListener]>([
  ["before its answer", (incoming) => void incoming.socket.destroy()],
  [
    "in the middle of its answer",
    (incoming, response) => {
      response.writeHead(200, { "content-length": 10 });
      response.write("half", () => incoming.socket.destroy());
    },
  ],
])("a connection that is lost %s is one to the SDK's retries", async (_, answer) => {
  const { handler, request } = await handlerFor(answer);
  await expect(handler.handle(request)).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("a service that is not there is one to the SDK's retries", async () => {
  const { handler, request, server } = await handlerFor(() => {});
  server.close();
  await once(server, "close");
  await expect(handler.handle(request)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("a call that is called off is none, before it starts and while it is under way", async () => {
  const reached = Promise.withResolvers<void>();
  const { handler, request } = await handlerFor(() => reached.resolve());
  const abort = new AbortController();
  const call = handler.handle(request, { abortSignal: abort.signal });
  await reached.promise;
  abort.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  await expect(handler.handle(request, { abortSignal: abort.signal })).rejects.toMatchObject({
    name: "AbortError",
  });
});

test("https: is TLS", async () => {
  const firstBytes = Promise.withResolvers<Buffer>();
  const server = createServer((socket) => {
    socket.once("data", (bytes) => {
      firstBytes.resolve(bytes);
      socket.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const { handler, request } = await handlerFor(() => {});
  const call = handler.handle({ ...request, protocol: "https:", ...(port !== undefined && { port }) });
  await expect(call).rejects.toMatchObject({ code: "ECONNRESET" });
  const handshake = 22;
  expect((await firstBytes.promise)[0]).toBe(handshake);
});
