/**
 * Whether an AWS call is what a new instance reads before its first invocation, to have its connections open: an item that
 * nobody has (functions/runtime/warm-up.ts). It belongs to no request.
 */
export function isWarmUpCall(input: unknown): boolean {
  return /"B":"\/{21}w=="|"key":\{"S":"nobody"\}/.test(JSON.stringify(input));
}
