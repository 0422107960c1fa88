/** What JWT, Cognito and IAM authorizers tell is one level deeper, and so never taken for it. */
export function contextOf(requestContext: object): Readonly<Record<string, unknown>> {
  const authorizer = "authorizer" in requestContext ? requestContext.authorizer : undefined;
  if (!isObject(authorizer)) return {};
  const context = "lambda" in authorizer ? authorizer.lambda : authorizer;
  return isObject(context) ? context : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
