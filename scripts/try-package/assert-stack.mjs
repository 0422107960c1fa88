import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** That the one stack of this assembly is a login with `GET /orders`, over the bundles of the package in `shop`. */
export async function assertStack(shop, outdir) {
  const { artifacts } = JSON.parse(await readFile(join(outdir, "manifest.json"), "utf8"));
  const [name] = Object.keys(artifacts).filter((id) => artifacts[id].type === "aws:cloudformation:stack");
  const template = await readFile(join(outdir, `${name}.template.json`), "utf8");
  const resources = Object.entries(JSON.parse(template).Resources);
  const all = (type) => resources.filter(([, { Type }]) => Type === type);

  const routes = all("AWS::ApiGatewayV2::Route").map(([, { Properties }]) => Properties);
  const route = routes.find(({ RouteKey }) => RouteKey === "GET /orders");
  assert.equal(route?.AuthorizationType, "CUSTOM");
  const [authorizer] = all("AWS::ApiGatewayV2::Authorizer").map(([id]) => id);
  assert.deepEqual(route.AuthorizerId, { Ref: authorizer });
  const integration = Object.fromEntries(resources)[route.Target["Fn::Join"][1][1].Ref];
  assert.match(JSON.stringify(integration.Properties.IntegrationUri), /"Orders[0-9A-F]{8}"/);
  const open = routes.filter(({ AuthorizerId }) => AuthorizerId === undefined);
  assert.deepEqual(
    open.map(({ RouteKey }) => RouteKey),
    ["ANY /login"],
  );

  for (const label of ["admin", "authorizer", "login", "session", "verifier"]) {
    const pattern = new RegExp(`^(Login)?${label}[0-9A-F]{8}$`, "i");
    const [, lambda] = all("AWS::Lambda::Function").find(([logicalId]) => pattern.test(logicalId)) ?? [];
    const key = lambda?.Properties.Code.S3Key;
    assert.ok(key, `There is no ${label} function.`);
    const asset = join(outdir, `asset.${key.replace(".zip", "")}`, "index.mjs");
    const bundle = join(shop, "node_modules/weapp-login/dist/functions", label, "index.mjs");
    assert.deepEqual(await readFile(asset), await readFile(bundle), `${label} is not the bundle.`);
  }
}
