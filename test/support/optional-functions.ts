/** Folders of `functions/` that a stack has only where its owner's props ask for them. */
export const optionalFunctions: readonly string[] = [
  "access-token",
  "full-login",
  "open-data",
  "phone",
  "phone-verifier",
  "phone-authorizer",
];
