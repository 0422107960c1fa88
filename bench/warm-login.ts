import type { Lab } from "./lab.ts";
import { type WarmCall, warmCalls } from "./warm-calls.ts";

/** One warm silent login, WeChat's call included. */
export async function warmLogin(lab: Lab): Promise<WarmCall[]> {
  const subjects = [
    lab.deployed("login"),
    await lab.rival("usual-login", "login"),
    await lab.rival("fetching-login", "login"),
  ];
  const work = lab.quick ? { calls: 50, warmUp: 150 } : { calls: 100, warmUp: 500 };
  return warmCalls("warm login", lab, subjects, work);
}
