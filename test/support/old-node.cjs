// For `node --require`: makes the running Node look like one that cannot run the command line.
Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.8" } });
