import * as v from "valibot";
import { ControlError, fitting, flag, integer, readInput, stringOrNumber, text } from "./control-input.ts";

const mustBeStatus = "must be an HTTP status from 400 to 599, or 301, 302, 303, 307, 308";
const milliseconds = integer(1, 3_600_000);

/** At most one of these: each is all that the caller gets. */
const faults = {
  /** Any, sent as it is given, so `"40029"` arrives as a string. 0 or "0" goes along with the success. */
  errcode: v.optional(stringOrNumber(/^-?\d{1,9}$/, "a whole number, or one in a string")),
  /** 400 to 599 with an HTML page, or a redirect. */
  status: v.optional(v.pipe(v.number(mustBeStatus), v.check(isStatus, mustBeStatus))),
  /**
   * An HTML page under status 200; JSON cut in half; JSON over 64 KiB in chunks, so that no Content-Length gives it away; a
   * success without its openid, where it has one.
   */
  body: v.optional(
    v.picklist(
      ["html", "truncated", "oversize", "no_openid"],
      "must be one of html, truncated, oversize, no_openid",
    ),
  ),
  /** The connection ends before the answer's first byte, or after half of it. */
  drop: v.optional(v.picklist(["before", "after"], "must be one of before, after")),
};

/** These go with any. */
const manners = {
  /** Before the first byte. */
  latencyMs: v.optional(milliseconds),
  /** Sends `bytes` (1 if left out) every `everyMs`. */
  drip: v.optional(
    v.strictObject({ bytes: v.optional(integer(1, 65_536)), everyMs: milliseconds }, "must be an object"),
  ),
  /** In place of WeChat's `text/plain`. */
  contentType: v.optional(
    fitting(/^[\w.+-]+\/[\w.+-]+(; ?[\w="-]+)*$/, "a media type such as application/json"),
  ),
};

const schema = v.strictObject({
  /** `/sns/jscode2session` if left out. */
  path: v.optional(text),
  /** How many calls; left out, all of them until cleared. */
  times: v.optional(integer(1, 1_000_000)),
  ...faults,
  ...manners,
  /**
   * Whether the call is really carried out (a code spent, a session_key or token renewed) although its answer is lost. By
   * default it is where only the answer suffers, and is not where something answers in WeChat's place: errcode, status,
   * html, drop before.
   */
  spendsCode: v.optional(flag),
});

function isStatus(value: number): boolean {
  return (
    [301, 302, 303, 307, 308].includes(value) || (Number.isInteger(value) && value >= 400 && value <= 599)
  );
}

/** How calls of a path misbehave. */
export interface Trouble extends v.InferOutput<typeof schema> {}

/** A trouble that waits for calls; `left` is how many it will still hit. */
export interface PendingTrouble extends Trouble {
  path: string;
  left: number | "until cleared";
}

/** A body that `POST /_sim/trouble` accepts. */
export const troubleExample = { errcode: 45011, times: 1 };

/** Whether WeChat itself carries out the call when this trouble hits; see `spendsCode`. */
export function reachesWeChat(trouble: Trouble): boolean {
  return trouble.spendsCode ?? needsVerdict(trouble);
}

function needsVerdict({ errcode, status, body, drop }: Trouble): boolean {
  const replaced = errcode !== undefined && Number(errcode) !== 0;
  return !replaced && status === undefined && body !== "html" && drop !== "before";
}

/** Reads a trouble out of somebody else's JSON. Throws a ControlError that names the field that is wrong. */
export function readTrouble(input: unknown): Trouble {
  const trouble = readInput(schema, input, troubleExample);
  const given = Object.entries(trouble).filter(([, value]) => value !== undefined);
  const names = given.map(([name]) => name);
  const [fault, second] = names.filter((name) => name in faults);
  if (second !== undefined) throw new ControlError(second, `cannot go with ${fault}`, troubleExample);
  if (fault === undefined && !names.some((name) => name in manners)) {
    const all = Object.keys({ ...faults, ...manners }).join(", ");
    throw new ControlError("trouble", `must say what goes wrong: ${all}`, troubleExample);
  }
  if (trouble.spendsCode === false && needsVerdict(trouble)) {
    throw new ControlError("spendsCode", "cannot be false where WeChat's own answer is sent", troubleExample);
  }
  return trouble;
}

/** The troubles that wait for calls, for each path. */
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
   * newer one takes its place. Throws a ControlError for what cannot be.
   */
  add(input: Trouble): void {
    const trouble = readTrouble(input);
    const path = trouble.path ?? this.#defaultPath;
    if (!this.#paths.includes(path)) {
      throw new ControlError("path", `must be one of ${this.#paths.join(", ")}`, troubleExample);
    }
    if (trouble.times === undefined) {
      this.#pending = this.#pending.filter(
        (other) => other.path !== path || other.trouble.times !== undefined,
      );
    }
    this.#pending.push({ trouble, path, left: trouble.times ?? Number.POSITIVE_INFINITY });
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
