/**
 * An error that AWS itself would answer. `type` is AWS's name for it, with or without the namespace in front of `#`
 * (the service that writes it adds its own where there is none); `status` is the HTTP status; `fields` are further
 * members of the error's body, such as `CancellationReasons` or `Item`.
 */
export class AwsError extends Error {
  readonly type: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(type: string, message: string, fields: Readonly<Record<string, unknown>> = {}, status = 400) {
    super(message);
    this.name = "AwsError";
    this.type = type;
    this.fields = fields;
    this.status = status;
  }

  /** `type` without its namespace: what an SDK shows as the error's name. */
  get code(): string {
    return this.type.slice(this.type.indexOf("#") + 1);
  }
}

export function validationException(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
