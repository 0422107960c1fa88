/** What a function costs that does nothing. */
export async function handler() {
  return null;
}
