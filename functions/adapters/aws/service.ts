import type { IncomingHttpHeaders } from "node:http";

/** What is sent, before it is signed; names of headers in lower case. */
export interface Written {
  /** Encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly body: Uint8Array;
}

/** An AWS service, and how to talk with it. */
export interface Service {
  /** In `https://HOST.REGION.amazonaws.com`, and in the signature. */
  readonly host: string;
  /** In `AWS_ENDPOINT_URL_ID`. */
  readonly id: string;
  /** `operation`: `GetItem`, … */
  write(operation: string, input: object): Written;
  /** What a success says. */
  read(answer: Answer): object;
}
