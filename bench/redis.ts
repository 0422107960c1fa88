import { once } from "node:events";
import { connect } from "node:net";

const patienceMs = 500;
/** Not among this project's packages: they bring 20 others along, for one line that needs a Redis besides. */
const packages = ["express-session", "connect-redis", "redis"];

/** Where a Redis is, or what is missing for its line in the table. */
export async function findRedis(): Promise<{ url: string } | { missing: string }> {
  const url = process.env.REDIS_URL ?? "redis://localhost:6379";
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port || 6379) });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(patienceMs) });
  } catch {
    return { missing: `no Redis found at ${hostname}:${port || 6379} (REDIS_URL says where one is)` };
  } finally {
    socket.destroy();
  }
  return packages.every(isInstalled)
    ? { url }
    : { missing: `a Redis was found; npm install --no-save ${packages.join(" ")} brings what asks it` };
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
