import { adminRefusals } from "../../../contract/operator-actions.ts";
import { adminHandler } from "../../../functions/admin/handler.ts";
import { adminDeps } from "../admin-deps.ts";
import { alice, fakeHasher, lisi, loginWorld, shop, zhangsan } from "../fakes.ts";
import { quietShell } from "../quiet-shell.ts";
import { type Target, wrong } from "./target.ts";
import { values } from "./values.ts";

const of = [{ userId: "user-1" }, { openid: alice.openid }, { openid: alice.openid, appId: shop }];
const password = "a long password";
const appSecret = "0123456789abcdef0123456789ABCDEF";

/** What operators ask, whole. */
const requests: readonly object[] = [
  { action: "accounts.add", username: " 李四 ", userId: "u_lisi", password },
  {
    action: "accounts.import",
    rows: [
      { username: "a", userId: "u_a", password },
      { ...lisi, userId: "user-2" },
    ],
  },
  ...["passwd", "disable", "enable", "show", "remove"].map((what) => ({
    action: `accounts.${what}`,
    account: zhangsan.username,
    ...(what === "passwd" && { password }),
  })),
  ...["bindings.find", "bindings.remove", "bindings.enable", "sessions.list", "sessions.revoke"].flatMap(
    (action) => of.map((subject) => ({ action, of: subject })),
  ),
  { action: "sessions.revoke", of: of[0], id: "A".repeat(43) },
  { action: "secret.set", appId: shop, appSecret },
  { action: "secret.rotate", appSecret },
  { action: "doctor.check" },
];

/** The admin function: an answer or a refusal in words, and a bad request changes nothing. */
export const admin: Target = {
  name: "admin",
  share: 200_000,
  lives: 2_000,
  async start(below) {
    const { oneOf, oneIn, anyOf, mutated, value, object } = values(below);
    const world = loginWorld();
    const { accounts, directory, revocations, sessions, journal } = world;
    world.bindings.put(alice);
    const hashes = { ...fakeHasher(), isHash: (text: string) => text.startsWith("hash of ") };
    const logged: object[] = [];
    const handler = quietShell(
      adminHandler({ ...adminDeps([shop]), accounts, directory, revocations, sessions, hashes }),
      logged as never,
    );
    return {
      async try() {
        const whole = anyOf(requests);
        const event = oneOf<() => unknown>(
          () => whole,
          () => mutated(whole),
          () => (oneIn(2) ? mutated(mutated(whole)) : value()),
          () => ({
            ...object(["action", "of", "account", "rows"]),
            action: oneOf("constructor", "__proto__", "toString"),
          }),
        )();
        // Somebody removes it now and then.
        if (oneIn(10)) world.accounts.put({ ...zhangsan, userId: "user-1" });
        journal.operations.length = 0;
        logged.length = 0;
        const answer = await handler(event).catch((error: unknown) => {
          throw wrong("It threw", event, error);
        });
        const refused = "refused" in answer ? String(answer.refused) : undefined;
        if (refused !== undefined && !Object.hasOwn(adminRefusals, refused))
          throw wrong(`It says ${refused}`, event);
        // Of what is not a request nothing is even read.
        if (refused === "invalid_request" && journal.operations.length > 0)
          throw wrong("It looked at tables", event);
        if (logged.length !== 1) throw wrong(`${logged.length} lines in the log`, event);
        return refused ?? String(Object(event).action);
      },
    };
  },
  outcomes: [
    ...[
      "invalid_request",
      "no_such_account",
      "account_exists",
      "accounts.add",
      "accounts.import",
      "accounts.passwd",
    ],
    ...["accounts.show", "bindings.find", "sessions.list", "sessions.revoke", "secret.set", "doctor.check"],
  ],
};
