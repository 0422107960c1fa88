/**
 * Work waits for one of so many places. WeChat itself has ten, and whatever is eleventh waits unsent, its time-out
 * running: requests leave one free, so that a login does not wait for slow downloads that wait for it.
 */
export function places(free: number) {
  const waiting: (() => void)[] = [];
  let left = free;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (left > 0) left--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else left++;
    }
  };
}
