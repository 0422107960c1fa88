import { Duration } from "aws-cdk-lib";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import type { Node } from "constructs";
import { stackPropSchemas } from "./prop-schemas.ts";
import type { WeappLoginStackProps } from "./props.ts";
import { readBy } from "./schemas.ts";

/** The AppId that cdk.json comes with: good for the local stack and for looking at the template, not for WeChat. */
export const sampleAppId = "wx0123456789abcdef";

/** The prop that a setting is, by its path, and how its value in the context is read. */
type Setting = readonly [prop: string, read: (value: unknown, inner: unknown) => unknown];

/** What is not of the form is left as it is, for the prop's own schema to refuse. */
const asItIs = (value: unknown) => value;
const number = (value: unknown) =>
  typeof value === "string" && /^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
const trueOrFalse = (value: unknown) => (value === "true" ? true : value === "false" ? false : value);
/** Switches on a prop that has others in it, which may be settings too, or off. */
const phone = (value: unknown, inner: unknown = {}) => {
  const isOn = trueOrFalse(value);
  if (typeof isOn !== "boolean")
    throw new Error(`phone must be true or false, and is ${JSON.stringify(value)}.`);
  return isOn ? inner : undefined;
};
const list = (value: unknown) =>
  typeof value === "string" ? value.split(",").map((each) => each.trim()) : value;
const seconds = (value: unknown) => {
  const read = number(value);
  return typeof read === "number" && read >= 0 ? Duration.seconds(read) : value;
};
const architecture = (value: unknown) =>
  [Architecture.ARM_64, Architecture.X86_64].find(({ name }) => name === value) ?? value;

const settings: Readonly<Record<string, Setting>> = {
  appId: ["appId", asItIs],
  otherAppIds: ["otherAppIds", list],
  verifier: ["verifier", asItIs],
  identitiesPerAccount: ["identitiesPerAccount", asItIs],
  sessionLifetimeSeconds: ["sessionLifetime", seconds],
  authorizerCacheSeconds: ["authorizerCache", seconds],
  phone: ["phone", phone],
  phonePerDay: ["phone.perDay", number],
  phonePerIdentity: ["phone.perIdentity", number],
  phoneNextHolder: ["phone.nextHolder", asItIs],
  phoneKeepNumber: ["phone.keepNumber", trueOrFalse],
  phoneNumberInContext: ["phone.numberInContext", trueOrFalse],
  sessionKeys: ["sessionKeys", trueOrFalse],
  attemptsPerIdentity: ["attempts.perIdentity", number],
  attemptsPerSourceIp: ["attempts.perSourceIp", number],
  attemptsPerUsername: ["attempts.perUsername", number],
  invalidCodesPerSourceIp: ["attempts.invalidCodesPerSourceIp", number],
  attemptsWindowSeconds: ["attempts.window", seconds],
  removalPolicy: ["removalPolicy", asItIs],
  domainName: ["domain.name", asItIs],
  certificateArn: ["domain.certificateArn", asItIs],
  corsOrigins: ["cors.allowOrigins", list],
  loginRatePerSecond: ["loginThrottle.ratePerSecond", number],
  loginBurst: ["loginThrottle.burst", number],
  weChatBaseUrl: ["weChatBaseUrl", asItIs],
  accessTokens: ["accessTokens", trueOrFalse],
  riskRankRefuseFrom: ["riskRank.refuseFrom", number],
  reservedLogins: ["reservedConcurrency.login", number],
  reservedVerifiers: ["reservedConcurrency.verifier", number],
  reservedAuthorizers: ["reservedConcurrency.authorizer", number],
  monitoring: ["monitoring", trueOrFalse],
  alarmEmail: ["alarmEmail", asItIs],
  runbookUrl: ["runbookUrl", asItIs],
  logRetentionDays: ["logRetention", number],
  architecture: ["architecture", architecture],
  hello: ["hello", trueOrFalse],
};

/** What CDK's own command line keeps in the context under a plain name. */
const ofTheCommandLine = ["acknowledged-issue-numbers", "cli-telemetry"];

/**
 * The stack's props out of the CDK context: cdk.json, or `-c name=value` on the command line. Throws for a value that its
 * prop may not have, under the setting's name, and for a name that is no setting.
 */
export function settingsFromContext(node: Node): WeappLoginStackProps {
  const context: Record<string, unknown> = node.getAllContext();
  const props: Record<string, unknown> = { appId: sampleAppId };
  const given = Object.entries(context).flatMap(([name, value]) => {
    const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (!setting) assertNoSetting(name);
    return setting ? [{ setting, value }] : [];
  });
  // What is in a prop comes before the prop itself, which may switch it off.
  const depth = ({ setting: [prop] }: (typeof given)[number]) => prop.split(".").length;
  for (const { setting, value } of given.sort((a, b) => depth(b) - depth(a))) {
    const [prop, read] = setting;
    const [outer = prop, inner] = prop.split(".");
    const before = props[outer];
    props[outer] =
      inner === undefined ? read(value, before) : { ...Object(before), [inner]: read(value, undefined) };
  }
  readBy(stackPropSchemas, props, settingOf);
  // As the schemas have just found. What they return has the defaults too, which are not given here.
  return props as object as WeappLoginStackProps;
}

/** CDK's own names have a colon, a slash or an @. */
function assertNoSetting(name: string): void {
  if (!/^[\w.-]+$/.test(name) || ofTheCommandLine.includes(name)) return;
  throw new Error(
    `The context has "${name}", which is no setting. There are: ${Object.keys(settings).join(", ")}.`,
  );
}

/** The name of a prop's setting, or of the prop that it stands in. */
function settingOf(path: readonly string[]): string {
  const [whole, outer] = [path.join("."), path.slice(0, -1).join(".")];
  const of = (wanted: string) => Object.entries(settings).find(([, [prop]]) => prop === wanted)?.[0];
  return of(whole) ?? of(outer) ?? whole;
}
