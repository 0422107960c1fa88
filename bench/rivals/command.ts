/** Stands for `@aws-sdk/client-dynamodb` in the hand-signed bundle: the adapter needs the command's input only. */
export class BatchGetItemCommand {
  readonly input: object;

  constructor(input: object) {
    this.input = input;
  }
}
