/** What the bench uses of packages that bring no types along. */
declare module "jsonwebtoken" {
  import type { KeyObject } from "node:crypto";

  const jwt: {
    verify(
      token: string,
      key: KeyObject,
      options: { algorithms: string[] },
    ): string | Record<string, unknown>;
  };
  export default jwt;
}
