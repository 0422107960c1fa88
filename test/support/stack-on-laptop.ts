import { expect, inject } from "vitest";
import type { AdminRequest } from "../../contract/operator-actions.ts";
import { hashPassword } from "../../functions/passwords/argon2id.ts";
import type { Argon2idParameters } from "../../functions/passwords/phc-string.ts";
import { askAdmin, setAppSecrets } from "../../local/after-deploy.ts";
import type { Item } from "../../local/aws/dynamodb/dynalite.ts";
import { isWarmUpCall } from "../../local/lambda/warm-up-call.ts";
import { type Laptop, type LaptopOptions, startLaptop } from "../../local/laptop.ts";
import { sample } from "../../local/sample.ts";
import {
  startWeChatSimulator,
  type WeChatSimulator,
  type WeChatSimulatorOptions,
} from "../../simulator/simulator.ts";
import { assemblyWith } from "./assembly-with.ts";
import { expectInContract } from "./openapi/answers.ts";

/** Settings of a deployment with what others do without; several tests share its assembly. */
export const withMore = {
  phone: "true",
  phoneKeepNumber: "true",
  phoneNumberInContext: "true",
  sessionKeys: "true",
};

/** As weak as argon2id can be: tests prove who gets in, not how long guessing takes. */
export const cheap: Argon2idParameters = { memory: 8, passes: 1, parallelism: 1 };

/** The synthesized stack running against the WeChat simulator, with the AppSecret set and the sample account in it. */
export interface StackOnLaptop {
  readonly laptop: Laptop;
  readonly simulator: WeChatSimulator;
  /** Every log line that CloudWatch would hold, oldest first. */
  readonly logs: readonly string[];
  /** One request to the API; the body as JSON where there is one. Fails for an answer that openapi.yaml does not allow. */
  call(route: string, options?: CallOptions): Promise<Answer>;
  /** Asks the admin function; its answer or refusal as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are read field by field in expectations
  admin(request: AdminRequest): Promise<any>;
  /** `POST /login` with these fields. */
  login(fields: Readonly<Record<string, unknown>>): Promise<Answer>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly session?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is read field by field in expectations
  readonly body: any;
}

export interface StackOnLaptopOptions extends Partial<LaptopOptions> {
  readonly simulator?: Partial<WeChatSimulatorOptions>;
  readonly appSecret?: string;
  /** Of the stack, beside those of the one that all tests share: `{ sessionKeys: "true" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export async function startStackOnLaptop(options: StackOnLaptopOptions = {}): Promise<StackOnLaptop> {
  const {
    simulator: simulatorOptions,
    appSecret = sample.appSecret,
    intercept,
    settings,
    ...laptopOptions
  } = options;
  const logs: string[] = [];
  const simulator = await startWeChatSimulator({
    apps: [{ appId: sample.appId, secret: appSecret }],
    exchangesPerMinute: 0,
    ...simulatorOptions,
  });
  const laptop = await startLaptop({
    assemblyDirectory: settings ? await assemblyWith(settings) : inject("assembly"),
    weChatUrl: simulator.url,
    maxInstances: 2,
    onLog: (_, line) => logs.push(line),
    ...(intercept && { intercept: (call) => (isWarmUpCall(call.input) ? undefined : intercept(call)) }),
    ...laptopOptions,
  });
  await setAppSecrets(laptop, appSecret);
  await addAccount(laptop, sample);

  async function call(route: string, { session, headers, body }: CallOptions = {}): Promise<Answer> {
    const [method = "", path = ""] = route.split(" ");
    const response = await fetch(laptop.url + path, {
      method,
      headers: { ...(session !== undefined && { authorization: `Bearer ${session}` }), ...headers },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    expectInContract(method, path, response.status, response.headers, text);
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  }

  return {
    laptop,
    simulator,
    logs,
    call,
    admin: (request) => askAdmin(laptop, request),
    login: (fields) =>
      call("POST /login", { headers: { "content-type": "application/json" }, body: JSON.stringify(fields) }),
    async close() {
      await laptop.close();
      await simulator.close();
    },
  };
}

/** Adds an account with as cheap a hash as there is. */
export async function addAccount(
  laptop: Laptop,
  { username, password, userId }: { username: string; password: string; userId: string },
): Promise<void> {
  const passwordHash = await hashPassword(password, cheap);
  const rows = [{ username, userId, passwordHash }];
  expect(await askAdmin(laptop, { action: "accounts.import", rows })).toEqual({
    results: [{ result: "added" }],
  });
}

/** Every item of the table that a function knows as `BINDINGS_TABLE`, `SESSIONS_TABLE`, … */
export async function scan(laptop: Laptop, table: string): Promise<Item[]> {
  const TableName = laptop.tableName(`${table.toUpperCase()}_TABLE`);
  const items: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const page: { Items?: Item[]; LastEvaluatedKey?: Item } = await laptop.dynamoDb.call("Scan", {
      TableName,
      ConsistentRead: true,
      ...(ExclusiveStartKey && { ExclusiveStartKey }),
    });
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}
