import { type Assembly, type FunctionDescription, readAssembly } from "../local/assembly.ts";
import { sample } from "../local/sample.ts";
import { synthesize } from "../local/synthesize.ts";
import { buildRival, type Rival } from "./build-rivals.ts";
import { environmentOf } from "./environment.ts";
import { type Fixture, fixture } from "./fixture.ts";
import { type Outside, startOutside } from "./outside/start.ts";
import { type Cores, pinnedCores } from "./process/cores.ts";
import { type CpuShares, cpuShares } from "./process/cpu-share.ts";
import type { Progress } from "./progress.ts";
import type { Subject } from "./subject.ts";

export type FunctionLabel = keyof Fixture["events"];

/** What all measurements share: the machine, the services outside, and the bundles to measure. */
export interface Harness extends AsyncDisposable {
  readonly cores: Cores;
  readonly shares: CpuShares;
  readonly outside: Outside;
  readonly assembly: Assembly;
  readonly fixture: Fixture;
  readonly progress: Progress;
  /** How often everything is measured. */
  readonly rounds: number;
  readonly quick: boolean;
  /** A function as it would be deployed. */
  deployed(label: FunctionLabel): Subject;
  /** A rival in a function's place: its environment, its event, its answer. */
  rival(name: Rival, inPlaceOf: FunctionLabel, changes?: Partial<Subject>): Promise<Subject>;
}

export async function openHarness(options: {
  quick: boolean;
  rounds: number;
  progress: Progress;
}): Promise<Harness> {
  await using opened = new AsyncDisposableStack();
  const assembly = await readAssembly(await synthesize({ appId: sample.appId, hello: "true" }), "WeappLogin");
  const known = fixture(assembly, Date.now());
  const pinned = pinnedCores();
  const shares = await cpuShares();
  opened.defer(() => shares.close());
  const outside = await startOutside(pinned, known.answers);
  opened.defer(() => outside.close());

  function deployed(label: FunctionLabel): Subject {
    const fn = functionOf(assembly, label);
    return {
      label,
      directory: fn.directory,
      environment: environmentOf(fn, outside.url),
      event: known.events[label],
      isRight: (answer) => isRight[label](Object(answer)),
    };
  }

  const everything = opened.move();
  return {
    ...options,
    cores: pinned,
    shares,
    outside,
    assembly,
    fixture: known,
    deployed,
    rival: async (name, inPlaceOf, changes) => ({
      ...deployed(inPlaceOf),
      label: name,
      directory: await buildRival(name),
      ...changes,
    }),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

function functionOf({ functions }: Assembly, label: string): FunctionDescription {
  const found = functions.find((fn) => fn.label === label);
  if (!found) throw new Error(`The stack has no function ${label}.`);
  return found;
}

const isRight: Record<FunctionLabel, (answer: Record<string, unknown>) => boolean> = {
  authorizer: ({ isAuthorized }) => isAuthorized === true,
  login: ({ statusCode }) => statusCode === 200,
  session: ({ statusCode }) => statusCode === 200,
  hello: ({ statusCode }) => statusCode === 200,
  // The password in the events is not the one of the canned account; finding that out is the same work.
  verifier: ({ refused }) => refused === "invalid_credentials",
  admin: ({ bindings }) => Array.isArray(bindings),
};
