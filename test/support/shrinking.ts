/** The smallest that can be had from this one, step by step, of which `fails` is still true. `smaller`: what to try. */
export async function shrunk<T>(
  from: T,
  smaller: (it: T) => Iterable<T>,
  fails: (it: T) => Promise<boolean>,
): Promise<T> {
  let smallest = from;
  for (let before: T | undefined; before !== smallest; ) {
    before = smallest;
    for (const candidate of smaller(before)) {
      if (await fails(candidate)) {
        smallest = candidate;
        break;
      }
    }
  }
  return smallest;
}
