import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errors } from "../../../contract/errors.ts";
import { codeExchange } from "../../../functions/core/code-exchange.ts";
import { isRefusal } from "../../../functions/core/refusal.ts";
import { weChat } from "../../../functions/wechat/wechat.ts";
import { noon, shop } from "../fakes.ts";
import { settableSecrets } from "../wechat.ts";
import { type Target, wrong } from "./target.ts";
import { values } from "./values.ts";

const errcodes = [
  -1, 0, 40029, 40163, 40226, 45011, 50002, 40013, 40125, 40243, 41002, 41004, 41008, 45009, 48001,
];

/** What stands in WeChat's place answers anything: a person comes of an openid in a 200 only, and nothing is thrown. */
export const wechat: Target = {
  name: "WeChat's answers",
  share: 50_000,
  lives: 10_000,
  async start(below) {
    const { oneOf, oneIn, anyOf, mutated, value, json, damaged, text } = values(below);
    let respond: (response: ServerResponse) => unknown = (response) => response.end();
    const server = createServer((_, response) => void respond(response));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const secrets = settableSecrets("a secret");
    // Time enough on any machine: nothing here is late.
    const { exchange } = weChat({ baseUrl: `http://127.0.0.1:${port}`, now: () => noon, deadlineMs: 60_000 });
    const exchangeCode = codeExchange({ wechat: { exchange }, appSecrets: secrets });

    const person = { openid: "oSomebody", session_key: "canary key", unionid: "uSomebody" };
    const answer = (): unknown =>
      oneOf<() => unknown>(
        () => person,
        () => ({ ...person, errcode: oneOf<unknown>(0, "0", null, anyOf(errcodes)) }),
        () => ({ errcode: anyOf(errcodes), errmsg: oneOf(text(), "rid: 1-2-3") }),
        () => ({ errcode: value(), errmsg: value() }),
        () => mutated(person),
        value,
      )();
    return {
      async try() {
        const written = json(answer());
        const body = oneIn(6) ? damaged(written) : Buffer.from(written);
        const status = oneIn(8) ? oneOf(201, 204, 301, 302, 400, 404, 500, 503) : 200;
        const breaks = oneIn(40);
        respond = (response) => {
          if (oneIn(10))
            response.setHeader("content-type", oneOf("text/html", "text/plain", "application/json"));
          if (status === 301 || status === 302) response.setHeader("location", "http://127.0.0.1:9/");
          response.statusCode = status;
          if (breaks) response.writeHead(status, { "content-length": body.length + 1 });
          response.write(oneIn(10) ? body.subarray(0, below(body.length + 1)) : body);
          if (breaks) response.destroy();
          else response.end();
        };
        const sent = { status, breaks, body: body.toString("latin1") };
        const result = await exchangeCode(shop, "a code").catch((error: unknown) => {
          throw wrong("It threw", sent, error);
        });
        if (JSON.stringify(result).includes("canary")) throw wrong("The session_key came along", sent);
        if (isRefusal(result)) {
          if (!Object.hasOwn(errors, result.refused)) throw wrong(`It says ${result.refused}`, sent);
          return result.refused;
        }
        if (status !== 200) throw wrong(`A person came with HTTP ${status}`, sent);
        if (typeof result.person.openid !== "string" || result.person.openid === "")
          throw wrong("A person without an openid", sent);
        return "person";
      },
      async close() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
  outcomes: ["person", "invalid_code", "wechat_busy", "wechat_unavailable", "rate_limited", "not_configured"],
};
