export { nobody } from "../../functions/runtime/warm-up.ts";

/** What stands in for functions/runtime/warm-up.ts in the usual login: everything is opened when it is needed. */
export async function warmUp(): Promise<void> {}
