/** Those of every deployment, and those that only some have. */
export const functionNames = [
  "login",
  "session",
  "authorizer",
  "verifier",
  "admin",
  "full-login",
  "phone-verifier",
  "phone-authorizer",
  "phone",
  "open-data",
  "access-token",
] as const;
export type SimulatedFunction = (typeof functionNames)[number];

/** What one instance of a function has of its own: its clock, its timers, its chance, and its settings. */
export interface InstanceRuntime {
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, as this instance believes. */
  now(): number;
  /** Milliseconds since whenever, and never backwards. */
  clock(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** AbortSignal.timeout. */
  timeout(ms: number): AbortSignal;
  random(): number;
  randomBytes(size: number): Buffer;
  log(line: object): void;
}
