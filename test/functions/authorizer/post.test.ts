import { once } from "node:events";
import { createServer, type Server } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { selfSignedCertificate } from "../../../bench/outside/certificate.ts";
import { poster } from "../../../functions/authorizer/post.ts";
import { answer, half, hangUp, nothing, type Reply, scriptedServer } from "../../support/scripted-server.ts";

const headers = { "content-type": "text/plain", "content-length": "6" };
const never = new AbortController().signal;
const patience = 10_000;

async function httpsServer(): Promise<Server> {
  const server = createServer(selfSignedCertificate(new Date()), (_, response) => void response.end("hello"));
  server.listen(0, "localhost");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}
const portOf = (server: { address(): AddressInfo | string | null }) => {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server does not listen.");
  return address.port;
};

test("sends a POST, and gives the response in one piece", async () => {
  const { endpoint, received } = await scriptedServer((response) => {
    response.writeHead(201, { "x-two": "2" });
    response.write(Buffer.from("中").subarray(0, 2));
    setImmediate(() => response.end(Buffer.from("中文").subarray(2)));
  });
  const response = await poster(new URL(`${endpoint}/path`), patience)(headers, "中文", never);
  expect(response).toMatchObject({ status: 201, headers: { "x-two": "2" }, body: "中文" });
  expect(received).toMatchObject([{ path: "/path", headers, body: "中文" }]);
});

test("keeps its connection for the next request, also after a refusal", async () => {
  const { endpoint, received } = await scriptedServer(answer("", 400), answer({}));
  const post = poster(new URL(endpoint), patience);
  for (let requests = 1; requests <= 3; requests++) await post(headers, "中文", never);
  expect(new Set(received.map(({ port }) => port)).size).toBe(1);
});

test.each<[what: string, reply: Reply]>([
  ["at all", nothing],
  ["to the end", (response) => void response.write("half")],
])("gives up when it is not answered %s, and closes the connection", async (_, reply) => {
  const closed = Promise.withResolvers<void>();
  const { endpoint } = await scriptedServer((response) => {
    response.on("close", closed.resolve);
    reply(response);
  }, answer({}));
  const post = poster(new URL(endpoint), 50);
  await expect(post(headers, "中文", never)).rejects.toMatchObject({ code: "ETIMEDOUT" });
  await closed.promise;
  expect(await post(headers, "中文", never)).toMatchObject({ status: 200 });
});

test("gives up at the deadline, and listens to it no more afterwards", {
  timeout: patience / 2,
}, async () => {
  const { endpoint, asked } = await scriptedServer(nothing, answer({}));
  const post = poster(new URL(endpoint), patience);
  const deadline = new AbortController();
  const hasAsked = asked();
  const thrown = expect(post(headers, "中文", deadline.signal)).rejects.toMatchObject({
    message: "No response in time",
    code: "ETIMEDOUT",
  });
  await hasAsked;
  deadline.abort();
  await thrown;
  const another = new AbortController().signal;
  const removed = vi.spyOn(another, "removeEventListener");
  expect(await post(headers, "中文", another)).toMatchObject({ status: 200 });
  expect(removed).toHaveBeenCalledWith("abort", expect.any(Function));
});

test.each<[what: string, reply: Reply]>([
  ["is answered", answer({})],
  ["has failed", hangUp],
])(
  "once it %s no timer is left, which would close the connection under the next request",
  async (_, reply) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { endpoint } = await scriptedServer(reply);
    const before = vi.getTimerCount();
    await poster(new URL(endpoint), patience)(headers, "中文", never).catch(() => {});
    expect(vi.getTimerCount()).toBe(before);
  },
);

test.each<[what: string, reply: Reply]>([
  ["before its answer", hangUp],
  ["in the middle of its answer", half({ Responses: {} })],
])("a connection that is lost %s is said by its code", async (_, reply) => {
  const { endpoint } = await scriptedServer(reply);
  await expect(poster(new URL(endpoint), patience)(headers, "中文", never)).rejects.toMatchObject({
    code: "ECONNRESET",
  });
});

test("nobody at the port is said by its code", async () => {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  await expect(
    poster(new URL(`http://127.0.0.1:${port}`), patience)(headers, "中文", never),
  ).rejects.toMatchObject({
    code: "ECONNREFUSED",
  });
});

test("a certificate that nobody has signed is refused", async () => {
  const post = poster(new URL(`https://localhost:${portOf(await httpsServer())}`), patience);
  await expect(post(headers, "中文", never)).rejects.toMatchObject({
    code: "DEPTH_ZERO_SELF_SIGNED_CERT",
  });
});

test("https keeps its connection too", async () => {
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  onTestFinished(() => {
    vi.unstubAllEnvs();
    warning.mockRestore();
  });
  const server = await httpsServer();
  let connections = 0;
  server.on("secureConnection", () => connections++);
  const post = poster(new URL(`https://localhost:${portOf(server)}`), patience);
  for (let requests = 1; requests <= 2; requests++) {
    expect(await post(headers, "中文", never)).toMatchObject({ status: 200, body: "hello" });
  }
  expect(connections).toBe(1);
});
