#!/usr/bin/env node
// Plain CommonJS without modern syntax: it runs on any Node, to find the one that the command line needs, or to say so.
// biome-ignore-start lint/style/useNodejsImportProtocol: old Nodes do not know the protocol.
var fs = require("fs");
var path = require("path");
var spawn = require("child_process").spawn;
// biome-ignore-end lint/style/useNodejsImportProtocol: as above

/** The sources are here in a checkout. The package has them bundled, for older Nodes too. */
var sources = path.join(__dirname, "..", "cli", "main.ts");

if (!fs.existsSync(sources)) {
  runBundle();
} else if (isAtLeast(24, 7)) {
  require(sources);
} else {
  runSourcesWith(bundledNode());
}

function isAtLeast(major, minor) {
  var version = process.versions.node.split(".").map(Number);
  return version[0] > major || (version[0] === major && version[1] >= minor);
}

/** As cli/messages/languages.ts decides it, which an old Node cannot read. */
function isChinese() {
  var said = /--lang[= ](\w+)/.exec(process.argv.join(" "));
  var env = process.env;
  return /^zh(?![a-z])/i.test(said ? said[1] : env.LC_ALL || env.LC_MESSAGES || env.LANG || "");
}

function runBundle() {
  var found = process.versions.node;
  if (!isAtLeast(20, 19)) {
    if (isChinese()) console.error(`weapp-login 需要 Node 20.19 或更高版本，当前版本是 ${found}。`);
    else console.error(`weapp-login needs Node 20.19 or newer, and this is ${found}.`);
    process.exit(1);
  }
  import("../dist/cli/weapp-login.mjs");
}

/** The Node 24 that `npm ci` brought along. */
function bundledNode() {
  var file = process.platform === "win32" ? "node/bin/node.exe" : "node/bin/node";
  try {
    return require.resolve(file);
  } catch (_missing) {
    // Explains itself, and ends the process.
    require("../scripts/require-node-24.cjs");
  }
}

function runSourcesWith(node) {
  var child = spawn(node, [sources].concat(process.argv.slice(2)), { stdio: "inherit" });
  var signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  signals.forEach((signal) => {
    process.on(signal, () => {
      // On Windows `kill` would end the child at once, and the console has told it already.
      if (process.platform !== "win32") child.kill(signal);
    });
  });
  child.on("error", (error) => {
    console.error(isChinese() ? "无法启动 Node 24：" : "Node 24 could not be started:", error.code);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null || signal === "SIGINT") {
      // A second Ctrl-C, which npm may have passed on, can meet it as it ends: interrupted it is all the same.
      process.exitCode = signal === null ? code : 130;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
