import type { Lab } from "./lab.ts";
import { type WarmCall, warmCalls } from "./warm-calls.ts";

/** One warm silent login, WeChat's call included. */
export async function warmLogin(lab: Lab): Promise<WarmCall[]> {
  const subjects = [
    lab.deployed("login"),
    await lab.rival("usual-login", "login"),
    await lab.rival("fetching-login", "login"),
  ];
  const work = lab.quick ? { calls: 100, warmUp: 300 } : { calls: 150, warmUp: 800 };
  return warmCalls("warm login", lab, subjects, work);
}
