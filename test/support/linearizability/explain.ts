/** Something that was asked for and answered, in one step that nobody sees or in several, one after the other. */
export interface Operation<State> {
  readonly what: string;
  readonly called: number;
  /** Infinity: it was never answered, and may have happened as far as to any of its steps, at any time since. */
  readonly answered: number;
  /** What each may make of a state, given its answer: nothing where the answer does not fit there. */
  readonly steps: readonly ((state: State) => readonly State[])[];
}

/**
 * Whether there is an order, of all that was answered and some of what was not, in which the answers are those of a model
 * that does one thing after the other, and nothing comes before something that was answered before it was called. The
 * search is Wing and Gong's with Lowe's memory of what has been tried; a state is told apart by its text.
 * https://www.cs.ox.ac.uk/people/gavin.lowe/LinearizabiltyTesting/paper.pdf
 */
export function isExplained<State>(history: readonly Operation<State>[], initial: State): boolean {
  const tried = new Set<string>();
  // What may never have happened is tried last.
  const inOrder = history.toSorted((a, b) => a.answered - b.answered);

  function search(done: readonly number[], state: State, text: string): boolean {
    const place = `${done.join(" ")} ${text}`;
    if (tried.has(place)) return false;
    tried.add(place);
    const first = inOrder.find(({ steps }, index) => (done[index] ?? 0) < steps.length);
    if (!first || first.answered === Number.POSITIVE_INFINITY) return true;
    for (const [index, { called, answered, steps }] of inOrder.entries()) {
      const number = done[index] ?? 0;
      const step = steps[number];
      if (!step || called > first.answered) continue;
      for (const next of step(state)) {
        const nextText = JSON.stringify(next);
        const isIdle = nextText === text && number + 1 === steps.length;
        if (isIdle && answered === Number.POSITIVE_INFINITY) continue;
        if (search(done.with(index, number + 1), next, nextText)) return true;
      }
    }
    return false;
  }

  return search(
    inOrder.map(() => 0),
    initial,
    JSON.stringify(initial),
  );
}
