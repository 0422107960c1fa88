import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { openPort, type Port } from "../port.ts";
import { readBody } from "../read-body.ts";
import { AwsError } from "./aws-error.ts";
import { accessDenied, type Decision, decide, type Principal } from "./iam.ts";
import type { AwsCall, AwsRequest, AwsResponse, Service } from "./service.ts";
import { checkSignature, readAuthorization } from "./signature.ts";

const maxBodyBytes = 16 * 1024 * 1024;

/**
 * Trouble to make:
 * - `error`: an AWS error instead of the action, with further `fields` (`CancellationReasons`) and `status`, 400 unless
 *   said otherwise;
 * - `answer`: this JSON instead of the action, as a success (a batch with `UnprocessedKeys`, say);
 * - `delay`: the action, but only after so many milliseconds;
 * - `drop`: the connection ends before the action;
 * - `lose-reply`: the action is performed and the connection ends afterwards, so that the caller cannot know; in between,
 *   what `meanwhile` does.
 */
export type Fault =
  | {
      readonly kind: "error";
      readonly type: string;
      readonly message: string;
      readonly fields?: Readonly<Record<string, unknown>>;
      readonly status?: number;
    }
  | { readonly kind: "answer"; readonly output: object }
  | { readonly kind: "delay"; readonly milliseconds: number }
  | { readonly kind: "drop" }
  | { readonly kind: "lose-reply"; readonly meanwhile?: () => Promise<void> };

/** An authorized call, before it is performed. `action` as in AwsCall; `resources` are those of all its permissions. */
export interface InterceptedCall {
  readonly principal: Principal;
  readonly action: string;
  readonly resources: readonly string[];
  readonly input: unknown;
}

export interface AuthorizationDecision {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
}

export interface AccessKey {
  readonly secretAccessKey: string;
  readonly principal: Principal;
}

export interface AwsEndpointOptions {
  readonly services: readonly Service[];
  /** What an access key id stands for; undefined: nothing. */
  readonly accessKeys: (accessKeyId: string) => AccessKey | undefined;
  /** Milliseconds since 1970: signatures hold for five minutes. */
  readonly clock?: () => number;
  /** Of `openAwsPort`; chosen by the system if absent. */
  readonly port?: Port;
  /** Told of every action on every resource that was asked for, whether it was granted or not. */
  readonly onDecision?: ((decision: AuthorizationDecision) => void) | undefined;
  /** May cause trouble for a call, or hold it back for as long as its promise takes. */
  readonly intercept?:
    | ((call: InterceptedCall) => Fault | undefined | Promise<Fault | undefined>)
    | undefined;
  /** Told of exceptions that are nobody's answer but a bug or a broken disk; the caller gets a 500. Default: the console. */
  readonly onFailure?: (error: unknown) => void;
}

export interface AwsEndpoint {
  /** `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL_…` or a client's `endpoint`. */
  readonly url: string;
  /** Ends all connections; resolves when the actions under way, and the promises of `intercept`, have ended too. */
  close(): Promise<void>;
}

/** For SDKs, which keep their connections for a long time. */
export function openAwsPort(number?: number): Promise<Port> {
  return openPort({ number, keepAliveMs: 120_000 });
}

/** AWS's data endpoints on one loopback port. The caller is whoever owns the access key that signed the request. */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const {
    services,
    accessKeys,
    clock = Date.now,
    onDecision,
    intercept,
    onFailure = console.error,
  } = options;
  const port = options.port ?? (await openAwsPort());
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();

  function authenticate(request: AwsRequest): Principal {
    const authorization = readAuthorization(request.headers.authorization);
    const accessKey = accessKeys(authorization.accessKeyId);
    if (!accessKey) {
      throw new AwsError(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
      );
    }
    checkSignature(request, authorization, accessKey.secretAccessKey, clock());
    return accessKey.principal;
  }

  /** Throws for the first refusal, but only after all decisions were reported. */
  function authorize(call: AwsCall, principal: Principal): void {
    let refusal: AwsError | undefined;
    for (const { action, resources } of call.permissions) {
      for (const resource of resources) {
        const decision: Decision = decide(principal.policy, action, resource);
        onDecision?.({ principal, action, resource, allowed: decision === "allowed" });
        if (decision !== "allowed") refusal ??= accessDenied(principal, action, resource, decision);
      }
    }
    if (refusal) throw refusal;
  }

  /** Resolves to undefined where the connection is to be dropped without an answer. */
  async function respond(service: Service, request: AwsRequest): Promise<AwsResponse | undefined> {
    const principal = authenticate(request);
    const call = service.read(request);
    authorize(call, principal);
    const { action, input } = call;
    const resources = [...new Set(call.permissions.flatMap((permission) => permission.resources))];
    const fault = await intercept?.({ principal, action, resources, input });
    if (fault?.kind === "error") throw new AwsError(fault.type, fault.message, fault.fields, fault.status);
    if (fault?.kind === "answer") return { status: 200, headers: {}, body: JSON.stringify(fault.output) };
    if (fault?.kind === "drop") return undefined;
    if (fault?.kind === "delay") await wait(fault.milliseconds, undefined, { signal: closing.signal });
    if (fault?.kind === "lose-reply") {
      // A refusal is lost as much as a success.
      await call.perform().catch(() => {});
      await fault.meanwhile?.();
      return undefined;
    }
    return call.perform();
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    // By this an SDK corrects its clock.
    response.setHeader("date", new Date(clock()).toUTCString());
    const body = await readBody(incoming, maxBodyBytes);
    const { method = "", url: path = "", headers } = incoming;
    const request: AwsRequest = { method, path, headers, body: body ?? Buffer.alloc(0) };
    const service = services.find((candidate) => candidate.owns(request));
    if (!service || !body) {
      write(response, { status: body ? 404 : 413, headers: {}, body: "" });
      return;
    }
    let given: AwsResponse | undefined;
    try {
      given = await respond(service, request);
    } catch (error) {
      if (closing.signal.aborted) return;
      if (!(error instanceof AwsError)) onFailure(error);
      given = service.errorResponse(error instanceof AwsError ? error : internalServerError());
    }
    if (given) write(response, given);
    else incoming.socket.destroy();
  }

  port.serve((incoming, response) => {
    // What remains to go wrong is a connection that ended while its body was read: nobody is left to be told.
    const serving = serve(incoming, response).catch(() => void incoming.socket.destroy());
    underWay.add(serving);
    void serving.then(() => underWay.delete(serving));
  });

  async function stop(): Promise<void> {
    closing.abort();
    await Promise.all([port.close(), ...underWay]);
  }
  let stopped: Promise<void> | undefined;

  return {
    url: `http://127.0.0.1:${port.number}`,
    close() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function write(response: ServerResponse, { status, headers, body }: AwsResponse): void {
  response.writeHead(status, {
    ...headers,
    "x-amzn-requestid": randomUUID(),
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

function internalServerError(): AwsError {
  return new AwsError("InternalServerError", "Internal server error", {}, 500);
}
