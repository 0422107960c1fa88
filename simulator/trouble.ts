import { ControlError, flag, integer, type Kind, oneOf, readFields, text } from "./control-input.ts";

const bodies = ["html", "truncated", "oversize", "no_openid"] as const;
const drops = ["before", "after"] as const;

/**
 * How calls of a path misbehave. At most one of `errcode`, `status`, `body` and `drop`; the rest goes with any.
 *
 * - `path`: default `/sns/jscode2session`. `times`: how many calls; left out, all of them until cleared.
 * - `errcode`: any, sent as it is given, so `"40029"` arrives as a string. 0 or "0" goes along with the success.
 * - `status`: 400 to 599 with an HTML page, or a redirect (301, 302, 303, 307, 308).
 * - `body`: an HTML page under status 200; JSON cut in half; JSON over 64 KiB in chunks, so that no Content-Length
 *   gives it away; a success without its openid, where it has one.
 * - `drop`: the connection ends before the answer's first byte, or after half of it.
 * - `latencyMs`: waits before the first byte. `drip`: sends `bytes` (default 1) every `everyMs`.
 * - `contentType`: in place of WeChat's `text/plain`.
 * - `spendsCode`: whether the call is really carried out (a code spent, a session_key or token renewed) although its
 *   answer is lost. By default it is where only the
 *   answer suffers, and is not where something answers in WeChat's place: errcode, status, html, drop before.
 */
export type Trouble = {
  path?: string | undefined;
  times?: number | undefined;
  errcode?: number | string | undefined;
  status?: number | undefined;
  body?: (typeof bodies)[number] | undefined;
  drop?: (typeof drops)[number] | undefined;
  latencyMs?: number | undefined;
  drip?: { bytes?: number | undefined; everyMs: number } | undefined;
  contentType?: string | undefined;
  spendsCode?: boolean | undefined;
};

/** A trouble that waits for calls; `left` is how many it will still hit. */
export type PendingTrouble = Trouble & { path: string; left: number | "until cleared" };

/** A body that `POST /_sim/trouble` accepts. */
export const troubleExample = { errcode: 45011, times: 1 };

const faults = ["errcode", "status", "body", "drop"] as const;
const manners = ["latencyMs", "drip", "contentType"] as const;
const dripExample = { drip: { bytes: 1, everyMs: 100 } };

const errcodeKind: Kind<number | string> = {
  is: (value): value is number | string =>
    typeof value === "string" ? /^-?\d{1,9}$/.test(value) : Number.isSafeInteger(value),
  words: "a whole number, or one in a string",
};
const statusKind: Kind<number> = {
  is: (value): value is number =>
    typeof value === "number" && ([301, 302, 303, 307, 308].includes(value) || integer(400, 599).is(value)),
  words: "an HTTP status from 400 to 599, or 301, 302, 303, 307, 308",
};
const contentTypeKind: Kind<string> = {
  is: (value): value is string =>
    typeof value === "string" && /^[\w.+-]+\/[\w.+-]+(; ?[\w="-]+)*$/.test(value),
  words: "a media type such as application/json",
};
const objectKind: Kind<object> = {
  is: (value) => typeof value === "object" && value !== null,
  words: "an object",
};
const milliseconds = integer(1, 3_600_000);

/** Reads a trouble out of JSON. Throws a ControlError that names the field of the wrong type or range. */
export function readTrouble(input: unknown): Trouble {
  const fields = readFields(input, ["path", "times", ...faults, ...manners, "spendsCode"], troubleExample);
  return {
    path: fields.optional("path", text),
    times: fields.optional("times", integer(1, 1_000_000)),
    errcode: fields.optional("errcode", errcodeKind),
    status: fields.optional("status", statusKind),
    body: fields.optional("body", oneOf(bodies)),
    drop: fields.optional("drop", oneOf(drops)),
    latencyMs: fields.optional("latencyMs", milliseconds),
    drip: readDrip(fields.optional("drip", objectKind)),
    contentType: fields.optional("contentType", contentTypeKind),
    spendsCode: fields.optional("spendsCode", flag),
  };
}

function readDrip(input: object | undefined): Trouble["drip"] {
  if (input === undefined) return undefined;
  const fields = readFields(input, ["bytes", "everyMs"], dripExample);
  return {
    bytes: fields.optional("bytes", integer(1, 65_536)),
    everyMs: fields.required("everyMs", milliseconds),
  };
}

/** Whether WeChat itself makes the exchange when this trouble hits; see `spendsCode`. */
export function reachesWechat(trouble: Trouble): boolean {
  return trouble.spendsCode ?? needsVerdict(trouble);
}

function needsVerdict({ errcode, status, body, drop }: Trouble): boolean {
  const replaced = errcode !== undefined && Number(errcode) !== 0;
  return !replaced && status === undefined && body !== "html" && drop !== "before";
}

/** The troubles that wait for calls, per path. */
export class Troubles {
  readonly #paths: readonly string[];
  readonly #defaultPath: string;
  #pending: { trouble: Trouble; path: string; left: number }[] = [];

  /** `paths` are the ones that exist: a trouble for a misspelt path would never come. */
  constructor(paths: readonly string[], defaultPath: string) {
    this.#paths = paths;
    this.#defaultPath = defaultPath;
  }

  /**
   * Troubles with `times` strike in the order they were added, then the one without. A path has one of the latter: a
   * newer one takes its place. Throws a ControlError for an unknown path or a contradiction.
   */
  add(input: Trouble): void {
    const trouble = readTrouble(input);
    const path = trouble.path ?? this.#defaultPath;
    if (!this.#paths.includes(path)) {
      throw new ControlError("path", `must be one of ${this.#paths.join(", ")}`, troubleExample);
    }
    const [kind, second] = faults.filter((name) => trouble[name] !== undefined);
    if (second !== undefined) throw new ControlError(second, `cannot go with ${kind}`, troubleExample);
    if (kind === undefined && manners.every((name) => trouble[name] === undefined)) {
      const all = [...faults, ...manners].join(", ");
      throw new ControlError("trouble", `must say what goes wrong: ${all}`, troubleExample);
    }
    if (trouble.spendsCode === false && needsVerdict(trouble)) {
      throw new ControlError(
        "spendsCode",
        "cannot be false where WeChat's own answer is sent",
        troubleExample,
      );
    }
    const left = trouble.times ?? Number.POSITIVE_INFINITY;
    if (trouble.times === undefined) {
      this.#pending = this.#pending.filter(
        (other) => other.path !== path || other.trouble.times !== undefined,
      );
    }
    this.#pending.push({ trouble, path, left });
  }

  /** The trouble that hits the next call of the path, used up by one; undefined if all is well. */
  next(path: string): Trouble | undefined {
    const waiting = this.#pending.filter((other) => other.path === path);
    const hit = waiting.find((other) => other.trouble.times !== undefined) ?? waiting[0];
    if (hit === undefined) return undefined;
    hit.left -= 1;
    if (hit.left === 0) this.#pending = this.#pending.filter((other) => other !== hit);
    return hit.trouble;
  }

  /** What is still to come. */
  get pending(): PendingTrouble[] {
    return this.#pending.map(({ trouble, path, left }) => ({
      ...trouble,
      path,
      left: Number.isFinite(left) ? left : "until cleared",
    }));
  }

  clear(): void {
    this.#pending = [];
  }
}
