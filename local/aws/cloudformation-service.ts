import type { Place } from "../intrinsics.ts";
import { AwsError, validationException } from "./aws-error.ts";
import type { AwsRequest, AwsResponse, Service } from "./service.ts";

/** CloudFormation's API version: what tells its requests from those of other services that post forms. */
const version = "2010-05-15";
const namespace = `http://cloudformation.amazonaws.com/doc/${version}/`;

/** How this protocol spells the errors that the endpoint itself raises. */
const spelling: Readonly<Record<string, { readonly code: string; readonly status: number }>> = {
  AccessDeniedException: { code: "AccessDenied", status: 403 },
  InvalidSignatureException: { code: "SignatureDoesNotMatch", status: 403 },
  UnrecognizedClientException: { code: "InvalidClientTokenId", status: 403 },
  MissingAuthenticationTokenException: { code: "MissingAuthenticationToken", status: 403 },
  InternalServerError: { code: "InternalFailure", status: 500 },
  ValidationException: { code: "ValidationError", status: 400 },
};

/**
 * CloudFormation's DescribeStacks for one stack that is there, with these outputs, on the awsQuery protocol: a form in,
 * XML out. Without a stack name it describes that one.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function cloudFormationService(
  stackName: string,
  outputs: Readonly<Record<string, string>>,
  place: Omit<Place, "stackName"> = { partition: "aws", region: "us-east-1", accountId: "000000000000" },
): Service {
  const arnOf = (name: string, id: string) =>
    `arn:${place.partition}:cloudformation:${place.region}:${place.accountId}:stack/${name}/${id}`;
  const stackArn = arnOf(stackName, "00000000-0000-0000-0000-000000000000");

  return {
    owns: (request) => isForm(request) && formOf(request).get("Version") === version,

    read(request) {
      const form = formOf(request);
      const operation = form.get("Action") ?? "";
      if (operation !== "DescribeStacks") {
        throw new AwsError("InvalidAction", `Could not find operation ${operation} for version ${version}`);
      }
      const asked = form.get("StackName") ?? undefined;
      const found = asked === undefined || asked === stackName || asked === stackArn;
      return {
        action: "cloudformation:DescribeStacks",
        input: Object.fromEntries(form),
        permissions: [
          {
            action: "cloudformation:DescribeStacks",
            resources: [asked === undefined ? "*" : found ? stackArn : arnOf(asked, "*")],
          },
        ],
        async perform() {
          if (!found) throw validationException(`Stack with id ${asked} does not exist`);
          return xml(200, describeStacks(stackName, stackArn, outputs));
        },
      };
    },

    errorResponse({ code: type, message, status: given }: AwsError): AwsResponse {
      const { code, status } = spelling[type] ?? { code: type, status: given };
      const error = [
        element("Type", text(status < 500 ? "Sender" : "Receiver")),
        element("Code", text(code)),
        element("Message", text(message)),
      ];
      return xml(status, `<ErrorResponse xmlns="${namespace}">${element("Error", ...error)}</ErrorResponse>`);
    },
  };
}

function isForm({ method, headers }: AwsRequest): boolean {
  return method === "POST" && (headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
}

function formOf(request: AwsRequest): URLSearchParams {
  return new URLSearchParams(request.body.toString("utf8"));
}

function describeStacks(name: string, arn: string, outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(([key, value]) =>
    element("member", element("OutputKey", text(key)), element("OutputValue", text(value))),
  );
  const stack = element(
    "member",
    element("StackId", text(arn)),
    element("StackName", text(name)),
    // Nobody deployed it, so there is no time at which that was done; the protocol wants one.
    element("CreationTime", "1970-01-01T00:00:00.000Z"),
    element("StackStatus", "CREATE_COMPLETE"),
    element("DisableRollback", "false"),
    element("Outputs", ...members),
  );
  const result = element("DescribeStacksResult", element("Stacks", stack));
  return `<DescribeStacksResponse xmlns="${namespace}">${result}</DescribeStacksResponse>`;
}

function element(name: string, ...content: readonly string[]): string {
  return `<${name}>${content.join("")}</${name}>`;
}

function text(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function xml(status: number, document: string): AwsResponse {
  return { status, headers: { "content-type": "text/xml" }, body: document };
}
