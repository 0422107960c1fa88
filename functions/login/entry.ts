import { optionalVariable, readEnvironment } from "../../contract/environment.ts";
import { shell } from "../runtime/shell.ts";
import { warmUp } from "../runtime/warm-up.ts";
import { loginHandler } from "./handler.ts";
import { loginWiring } from "./wiring.ts";

const { deployment, deps, openings } = loginWiring(readEnvironment("login", process.env), {
  verifierIsOwners: optionalVariable("VERIFIER_IS_OWNERS", process.env) !== undefined,
});

await warmUp(...openings);

export const handler = shell(loginHandler(deployment, deps));
