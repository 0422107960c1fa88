/**
 * Runs inside each function's process, before its bundle: writes down when an HTTP request begins and when its answer
 * has come, in the order in which the process itself does these things. Only there is the order certain: requests that
 * were sent together may reach a server one after the other.
 */
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";
import type { ClientRequest } from "node:http";
import type { OutgoingEvent } from "./outgoing-order.ts";

const { OUTGOING_CALLS = "", AWS_LAMBDA_FUNCTION_NAME = "" } = process.env;
const numbers = new WeakMap<ClientRequest, number>();
let latest = 0;

subscribe("http.client.request.created", (message) => {
  const request = requestOf(message);
  if (!request) return;
  numbers.set(request, ++latest);
  const target = headerOf(request, "x-amz-target").split(".");
  write({ kind: "begin", number: latest, operation: target[1] ?? operationAt(request.path) });
});
subscribe("http.client.response.finish", ended);
subscribe("http.client.request.error", ended);

function ended(message: unknown): void {
  const request = requestOf(message);
  const number = request && numbers.get(request);
  if (number !== undefined) write({ kind: "end", number });
}

function requestOf(message: unknown): ClientRequest | undefined {
  return (message as { request?: ClientRequest }).request;
}

/** Headers that were given as a list are to be seen only in what Node is about to write. */
function headerOf(request: ClientRequest, name: string): string {
  const written = "_header" in request && typeof request._header === "string" ? request._header : "";
  const line = new RegExp(`^${name}: (.*)$`, "im").exec(written)?.[1];
  return String(request.getHeader(name) ?? line ?? "").trim();
}

/** `Invoke` and `jscode2session`: these name their operation in the path, which also holds secrets. */
function operationAt(path: string): string {
  const pathname = path.split("?")[0] ?? "";
  return pathname.endsWith("/invocations") ? "Invoke" : pathname.slice(pathname.lastIndexOf("/") + 1);
}

function write(event: OutgoingEvent): void {
  const line = JSON.stringify({ functionName: AWS_LAMBDA_FUNCTION_NAME, ...event });
  appendFileSync(OUTGOING_CALLS, `${line}\n`);
}
