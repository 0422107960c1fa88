import { describe, expect, test } from "vitest";
import { findRoute } from "../../../local/gateway/routes.ts";

const routes = (...routeKeys: string[]) => routeKeys.map((routeKey) => ({ routeKey, functionArn: routeKey }));
const chosen = (routeKeys: readonly string[], method: string, path: string) =>
  findRoute(routes(...routeKeys), method, path)?.route.routeKey;

describe("of several routes that match, the most specific one is chosen:", () => {
  const all = [
    "$default",
    "ANY /{proxy+}",
    "GET /{proxy+}",
    "ANY /sessions/{id}",
    "DELETE /sessions/{id}",
    "ANY /sessions/current",
    "GET /sessions/current",
  ];

  test.each([
    ["GET", "/sessions/current", "GET /sessions/current", "the whole path and the method"],
    ["PUT", "/sessions/current", "ANY /sessions/current", "the whole path, before a method"],
    ["DELETE", "/sessions/one", "DELETE /sessions/{id}", "a variable and the method"],
    ["PUT", "/sessions/one", "ANY /sessions/{id}", "a variable, before a greedy one with the method"],
    ["GET", "/sessions/one/more", "GET /{proxy+}", "a greedy variable and the method"],
    ["PUT", "/sessions/one/more", "ANY /{proxy+}", "a greedy variable"],
    ["PUT", "/", "$default", "what is left"],
  ])("%s %s goes to %s: %s", (method, path, expected) => {
    expect(chosen(all, method, path)).toBe(expected);
    // The order in which the template lists them means nothing.
    expect(chosen(all.toReversed(), method, path)).toBe(expected);
  });
});

describe("no route matches", () => {
  test.each([
    ["another method", "GET /session", "DELETE", "/session"],
    ["a longer path", "GET /session", "GET", "/session/more"],
    ["a path that only begins the same", "GET /session", "GET", "/sessions"],
    ["a slash at the end", "GET /session", "GET", "/session/"],
    ["another case", "GET /session", "GET", "/Session"],
    ["a variable with nothing in it", "GET /sessions/{id}", "GET", "/sessions/"],
    ["a variable with two segments in it", "GET /sessions/{id}", "GET", "/sessions/a/b"],
    ["a greedy variable with nothing in it", "GET /files/{path+}", "GET", "/files/"],
    ["a dot that is not meant as a wildcard", "GET /v1.0", "GET", "/v1x0"],
  ])("%s", (_what, routeKey, method, path) => {
    expect(chosen([routeKey], method, path)).toBeUndefined();
  });
});

describe("path variables", () => {
  test.each([
    ["GET /session", "/session", {}],
    ["GET /sessions/{id}", "/sessions/one", { id: "one" }],
    ["GET /{shop}/orders/{id}", "/acme/orders/7", { shop: "acme", id: "7" }],
    ["GET /files/{path+}", "/files/a/b/c.txt", { path: "a/b/c.txt" }],
    ["GET /sessions/{id}", "/sessions/a%2Fb%20c", { id: "a/b c" }],
    ["GET /sessions/{id}", "/sessions/%E5%BC%A0", { id: "张" }],
    ["GET /sessions/{id}", "/sessions/a+b", { id: "a+b" }],
    ["$default", "/anything", {}],
  ])("of %s in %s are %j", (routeKey, path, expected) => {
    expect(findRoute(routes(routeKey), "GET", path)?.pathParameters).toEqual(expected);
  });
});
