/** ISO 8601 in UTC, from milliseconds. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
