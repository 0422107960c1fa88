import { askAdmin } from "../local/after-deploy.ts";
import { startLaptop } from "../local/laptop.ts";
import { sample } from "../local/sample.ts";
import { synthesize } from "../local/synthesize.ts";
import type { Harness } from "./harness.ts";
import { interleave } from "./interleave.ts";
import { median } from "./statistics.ts";

/** How long a wrong password takes, for a name that is known or for one that is not. */
export interface WrongPassword {
  readonly label: string;
  readonly known: boolean;
  readonly ms: number;
}

/** Parameters that other systems hash with, and an import brings. */
const foreign = ["m=65536,t=3,p=4", "m=12288,t=3,p=1"];
const unknownNames = 8;

/**
 * The deployed verifier on the local stack after an import, asked by the wall clock as a stranger would: what an unknown name
 * takes must be what some known name takes.
 */
export async function wrongPasswords(harness: Harness): Promise<WrongPassword[]> {
  const laptop = await startLaptop({
    assemblyDirectory: await synthesize({ appId: sample.appId, hello: "true" }),
    weChatUrl: harness.outside.url,
    maxInstances: 1,
  });
  await using opened = new AsyncDisposableStack();
  opened.defer(() => laptop.close());

  const imported = foreign.map((parameters) => ({
    username: parameters,
    userId: parameters,
    passwordHash: `$argon2id$v=19$${parameters}$${base64(16)}$${base64(32)}`,
  }));
  const { username, userId, password } = sample;
  await askAdmin(laptop, { action: "accounts.import", rows: [{ username, userId, password }, ...imported] });

  const known = [username, ...foreign].map((name) => ({ name, known: true, label: `known: ${name}` }));
  const unknown = Array.from({ length: unknownNames }, (_, index) => index + 1).map((number) => ({
    name: `nobody ${number}`,
    known: false,
    label: `unknown: nobody ${number}`,
  }));
  const verifier = laptop.assembly.functions.find(({ label }) => label === "verifier");
  const ask = async (name: string) => {
    const payload = JSON.stringify({ username: name, password: "a guess", appId: sample.appId });
    const answer = await laptop.functions.invoke(verifier?.name ?? "", payload);
    if (!answer.payload.includes("invalid_credentials"))
      throw new Error(`The verifier said ${answer.payload}`);
  };
  await ask(username);
  const what = "wrong passwords, wall time";
  const subjects = [...known, ...unknown];
  const measured = await interleave(what, subjects, harness.rounds, harness.progress, async ({ name }) => {
    const before = performance.now();
    await ask(name);
    return performance.now() - before;
  });
  return [...measured].map(([{ label, known }, runs]) => ({ label, known, ms: median(runs) }));
}

function base64(bytes: number): string {
  return Buffer.alloc(bytes, 7).toString("base64").replaceAll("=", "");
}
