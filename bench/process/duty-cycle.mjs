// Lets a process run for a part of each cycle only. A thread of its own, because timers of an event loop are a
// millisecond late, and that is most of what a 128 MB function gets.
import { parentPort, workerData } from "node:worker_threads";

const { pid, runningMs, stoppedMs } = workerData;
const nobody = new Int32Array(new SharedArrayBuffer(4));
const wait = (milliseconds) => Atomics.wait(nobody, 0, 0, milliseconds);

parentPort.postMessage("started");
try {
  for (;;) {
    wait(runningMs);
    process.kill(pid, "SIGSTOP");
    wait(stoppedMs);
    process.kill(pid, "SIGCONT");
  }
} catch {
  // The process has ended.
}
