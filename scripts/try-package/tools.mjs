import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { find, root, run, runWith, start } from "./processes.mjs";

export async function tryCommandLine(shop) {
  const { stdout, stderr } = await run(shop, "npx", "--no", "--", "weapp-login", "--help", "--lang", "en");
  assert.match(stdout, /^Usage: weapp-login /);
  assert.equal(complaints(stderr), "");
  console.log("  npx --no -- weapp-login --help");
}

export async function tryWechat(shop) {
  const { child, lines } = start(shop, process.execPath, [command(shop), "wechat", "--port", "0"]);
  try {
    const url = await find(lines, /in place of .* (http:\S+)/);
    const post = { method: "POST", body: '{"user":"alice"}' };
    const { code } = await (await fetch(`${url}/_sim/login`, post)).json();
    const query = new URLSearchParams({
      appid: "wx0123456789abcdef",
      secret: "0123456789abcdef0123456789abcdef",
      js_code: code,
      grant_type: "authorization_code",
    });
    const { openid } = await (await fetch(`${url}/sns/jscode2session?${query}`)).json();
    assert.match(openid, /^o/);
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  } finally {
    child.kill("SIGKILL");
  }
  console.log("  weapp-login wechat");
}

/** The laptop runs out of the repository, on its own Node; the command line is the package's, on this one. */
export async function tryLaptop(shop) {
  const ports = { PORT: "0", WECHAT_PORT: "0", AWS_PORT: "0" };
  const { child, lines } = start(root, join(root, "node_modules/node/bin/node"), ["local/start.ts"], ports);
  try {
    const aws = await find(lines, /AWS endpoints +(http:\S+)/);
    const ask = async (input, ...args) => {
      const line = [command(shop), ...args, "--json", "--local", aws];
      const { stdout, stderr } = await runWith(input, root, process.execPath, ...line);
      assert.equal(stderr, "");
      return JSON.parse(stdout);
    };
    const { account } = await ask("a long password\n", "accounts", "add", "lisi", "--user-id", "u_lisi");
    assert.deepEqual(account, { username: "lisi", userId: "u_lisi", disabled: false, bindings: [] });
    const hash =
      "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$hQ4bbwbwpBZxn5i0F1xfd9ZLZNDPmrs5ZdRXP2XlrSo";
    const staff = join(shop, "staff.csv");
    await writeFile(staff, `username,userId,passwordHash\nwangwu,u_wangwu,"${hash}"\n`);
    const imported = await ask("", "accounts", "import", staff);
    assert.deepEqual(imported, { added: 1, unchanged: 0, bad: [] });
    const removed = await ask("", "accounts", "remove", "lisi", "--yes");
    assert.equal(removed.unbound, 0);
  } finally {
    // It ends the processes of its functions with it.
    if (child.kill("SIGTERM")) await once(child, "exit");
  }
  console.log("  weapp-login accounts … --local");
}

function command(shop) {
  return join(shop, "node_modules/weapp-login/bin/weapp-login.cjs");
}

/** Without npm's own remarks about the machine's settings. */
function complaints(stderr) {
  return stderr.replaceAll(/^npm (warn|notice) .*\n/gm, "");
}
