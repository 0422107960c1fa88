import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { adminTypes } from "../../scripts/admin-types.ts";

const root = join(import.meta.dirname, "../..");
const compiler = createRequire(import.meta.url).resolve("typescript/package.json");

/** What the compiler has to say of this file, beside the declarations of `weapp-login/admin`. */
async function complaints(text: string): Promise<string> {
  await mkdir(join(root, "dist"), { recursive: true });
  const directory = await mkdtemp(join(root, "dist/admin-types-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "declared.ts"), adminTypes());
  await writeFile(join(directory, "compared.ts"), text);
  await writeFile(
    join(directory, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"] }),
  );
  const args = [join(dirname(compiler), "bin/tsc"), "-p", directory];
  const ran = promisify(execFile)(process.execPath, args, { cwd: root });
  return (await ran.catch(({ stdout }: { stdout: string }) => ({ stdout }))).stdout;
}

const compared = `import type * as Shapes from "../../contract/operator-shapes.ts";
import type * as Actions from "../../contract/operator-actions.ts";
import type * as Declared from "./declared.ts";

type Same<A, B> = [A, B] extends [B, A] ? true : false;
type Keys<T> = T extends unknown ? keyof T : never;
type Member<T, K extends PropertyKey> = T extends { readonly [P in K]?: infer M } ? M : never;

export const request: Same<Declared.AdminRequest, Actions.AdminRequest> = true;
export const fields: Same<Keys<Declared.AdminRequest>, Keys<Actions.AdminRequest>> = true;
export const answers: Same<Declared.AdminAnswers, Actions.AdminAnswers> = true;
export const answer: Same<Declared.AdminAnswer<"secret.set">, Actions.AdminAnswer<"secret.set">> = true;
export const refusal: Same<Declared.AdminRefusal, Actions.AdminRefusal> = true;
export const account: Same<keyof Declared.AccountView, keyof Shapes.AccountView> = true;
export const row: Same<Declared.ImportRow, Shapes.ImportRow> = true;
export const appId: Same<Member<Declared.Subject, "appId">, Member<Shapes.Subject, "appId">> = true;
`;

test("what is declared to owners is what the function reads and answers", async () => {
  expect(await complaints(compared)).toBe("");
}, 60_000);

test("a difference would be noticed", async () => {
  const wrong = `import type { ImportRow } from "../../contract/operator-shapes.ts";
import type { AdminRequest, Subject } from "./declared.ts";
export const unknown: AdminRequest = { action: "accounts.list" };
export const row: ImportRow = { username: "lisi", userId: 7 };
export const of: Subject = { userId: "u_1", openid: "oAlice", appid: "wx" };
`;
  const said = await complaints(wrong);
  for (const line of [3, 4, 5]) expect(said).toContain(`compared.ts(${line},`);
}, 60_000);
