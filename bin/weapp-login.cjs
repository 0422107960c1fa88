#!/usr/bin/env node
// Plain CommonJS without modern syntax: it runs on any Node, to find the one that the command line needs.
// biome-ignore-start lint/style/useNodejsImportProtocol: old Nodes do not know the protocol.
var path = require("path");
var spawn = require("child_process").spawn;
// biome-ignore-end lint/style/useNodejsImportProtocol: as above

var main = path.join(__dirname, "..", "cli", "main.ts");
var version = process.versions.node.split(".").map(Number);

if (version[0] > 24 || (version[0] === 24 && version[1] >= 7)) {
  require(main);
} else {
  runWith(bundledNode());
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

function runWith(node) {
  var child = spawn(node, [main].concat(process.argv.slice(2)), { stdio: "inherit" });
  var signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  signals.forEach((signal) => {
    process.on(signal, () => {
      // On Windows `kill` would end the child at once, and the console has told it already.
      if (process.platform !== "win32") child.kill(signal);
    });
  });
  child.on("error", (error) => {
    console.error("Node 24 could not be started:", error.message);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) {
      process.exitCode = code;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
