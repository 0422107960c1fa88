import type { Messages } from "./messages/english.ts";

/**
 * `2026-11-26 20:13 (12:13 UTC)`: an ISO 8601 time by the clock on the wall, and by those of AWS. The day of the second is
 * named where it is another one.
 */
export function localTime(iso: string, timeZone: string | undefined): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const [day, minute] = inZone(time, timeZone);
  const [utcDay, utcMinute] = inZone(time, "UTC");
  if (day === utcDay && minute === utcMinute) return `${day} ${minute} UTC`;
  return `${day} ${minute} (${day === utcDay ? "" : `${utcDay} `}${utcMinute} UTC)`;
}

function inZone(time: Date, timeZone: string | undefined): [day: string, minute: string] {
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone });
  const [day = "", minute = ""] = format.format(time).split(" ");
  return [day, minute];
}

/** `2 min 10 s`: in the two largest units, rounded up. */
export function duration(seconds: number, { results }: Messages): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return results.seconds(whole);
  if (whole < 3600)
    return both(results.minutes(Math.floor(whole / 60)), results.seconds(whole % 60), whole % 60);
  const minutes = Math.ceil(whole / 60);
  return both(results.hours(Math.floor(minutes / 60)), results.minutes(minutes % 60), minutes % 60);
}

function both(large: string, small: string, rest: number): string {
  return rest === 0 ? large : `${large} ${small}`;
}
