/** A mistake of the person who started this: said as it is, without a stack. */
export class UsageError extends Error {}
