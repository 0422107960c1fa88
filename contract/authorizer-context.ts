/** What JWT, Cognito and IAM authorizers tell is one level deeper, and so never taken for it. */
export function contextOf(event: unknown): Readonly<Record<string, unknown>> {
  const authorizer = member(member(event, "requestContext"), "authorizer");
  const context = isObject(authorizer) && "lambda" in authorizer ? authorizer.lambda : authorizer;
  return isObject(context) ? context : {};
}

function member(of: unknown, name: string): unknown {
  return isObject(of) ? of[name] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
