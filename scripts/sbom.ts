import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { root } from "./files.ts";

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
}

interface CycloneDx {
  readonly metadata: { readonly component: { readonly name: string; readonly "bom-ref": string } };
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly "bom-ref": string;
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/**
 * The bill of materials of the package, in CycloneDX's format: what npm says of the lock file's packages, of which those are
 * kept that have code in one of the bundles. The package itself depends on nothing at run time.
 */
export async function billOfMaterials(name: string, bundled: readonly BundledPackage[]): Promise<object> {
  const { stdout } = await promisify(execFile)(
    "npm",
    ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx"],
    { cwd: root, maxBuffer: 1e8 },
  );
  const whole: CycloneDx = JSON.parse(stdout);
  const isBundled = new Set(bundled.map((one) => `${one.name}@${one.version}`));
  const components = whole.components.filter((one) => isBundled.has(`${one.name}@${one.version}`));
  const missing = isBundled.difference(new Set(components.map((one) => `${one.name}@${one.version}`)));
  if (missing.size > 0) throw new Error(`npm's bill of materials lacks ${[...missing].join(", ")}.`);
  const refs = new Set(components.map((one) => one["bom-ref"]));
  const { component } = whole.metadata;
  return {
    ...whole,
    metadata: { ...whole.metadata, component: { ...component, name } },
    components,
    dependencies: [
      { ref: component["bom-ref"], dependsOn: [...refs] },
      ...whole.dependencies
        .filter(({ ref }) => refs.has(ref))
        .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) })),
    ],
  };
}
