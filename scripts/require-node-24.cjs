// Plain CommonJS without modern syntax: it must run, and explain itself, on the Node it refuses.
var required = [24, 7];
var actual = process.versions.node.split(".").map(Number);
if (actual[0] < required[0] || (actual[0] === required[0] && actual[1] < required[1])) {
  console.error(
    "weapp-login needs Node " +
      required.join(".") +
      " or newer, and this is " +
      process.versions.node +
      ". " +
      "`npm ci` brings Node 24 along for its own scripts; it did not this time (was it run with --ignore-scripts, " +
      "or is there no build for " +
      process.platform +
      "-" +
      process.arch +
      "?). " +
      "Run `npm ci` again without --ignore-scripts, or install Node 24 yourself.",
  );
  process.exit(1);
}
