/**
 * node:http, for the laptop's URLs. An `import` of it makes Node load all of undici, which is behind three of its
 * exports, in every cold start. node:https has no such exports.
 */
export function plainHttp(): typeof import("node:http") {
  return process.getBuiltinModule("node:http");
}
