import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Cores } from "../process/cores.ts";
import type { Answers } from "./server.ts";

/** The services outside of the functions: see server.ts. */
export interface Outside {
  readonly url: string;
  /** Whatever it answered before is forgotten. */
  answerWith(answers: Answers): Promise<void>;
  close(): Promise<void>;
}

export async function startOutside(cores: Cores, answers: Answers): Promise<Outside> {
  const child = cores.spawnNode("outside", [fileURLToPath(new URL("server.ts", import.meta.url))], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  async function answerWith(answers: Answers): Promise<number> {
    const replied = once(child, "message");
    child.send(answers);
    const [reply] = await Promise.race([
      replied,
      exited.then(() => {
        throw new Error("The services outside of the functions ended.");
      }),
    ]);
    return Number(reply.port);
  }
  const port = await answerWith(answers);
  return {
    url: `https://localhost:${port}`,
    answerWith: async (answers) => void (await answerWith(answers)),
    async close() {
      child.disconnect();
      await exited;
    },
  };
}
