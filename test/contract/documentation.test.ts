import { expect, test } from "vitest";
import { adminDocument } from "../../scripts/admin-document.ts";

test("docs/admin-function.md is what the contract says", async () => {
  await expect(adminDocument()).toMatchFileSnapshot("../../docs/admin-function.md");
});
