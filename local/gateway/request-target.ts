/** What a request line asks for, as it was sent: API Gateway normalises nothing, and nothing is too odd to be read. */
export function requestTarget(url = "/"): { readonly path: string; readonly query: string } {
  // The client of a proxy sends the whole URL.
  const [path = "", ...rest] = url.replace(/^https?:\/\/[^/?]*/i, "").split("?");
  return { path: path || "/", query: rest.join("?") };
}
