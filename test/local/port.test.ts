import { expect, onTestFinished, test } from "vitest";
import { openPort, type Port } from "../../local/port.ts";

async function opened(): Promise<Port> {
  const port = await openPort();
  onTestFinished(() => port.close());
  return port;
}

test("whoever comes before there is somebody to answer waits, and gets the answer", async () => {
  const port = await opened();
  const early = [fetch(`${port.url}/one`), fetch(`${port.url}/two`, { method: "POST", body: "early" })];
  let answered = 0;
  for (const it of early) void it.then(() => answered++);
  // Taken, as the system says to whoever else wants it: the early ones have their connections.
  await expect(openPort({ number: port.number })).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(answered).toBe(0);
  port.serve(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    response.end(`${request.url} ${body}`);
  });
  const texts = await Promise.all(early.map(async (it) => (await it).text()));
  expect(texts).toEqual(["/one ", "/two early"]);
});

test("whoever waits when it closes gets no answer", async () => {
  const port = await opened();
  const early = fetch(port.url);
  const refused = expect(early).rejects.toThrow();
  await port.close();
  await port.close();
  await refused;
});
