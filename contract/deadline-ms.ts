/*
 * Milliseconds, from deadlines.ts, of the functions that every deployment has. They are in a file of their own because a
 * bundle changes with every file that is in it: with that table it would change with every further function.
 */
export const loginDeadlineMs = 7_000;
export const sessionDeadlineMs = 5_000;
export const authorizerDeadlineMs = 4_000;
export const verifierDeadlineMs = 3_000;
export const adminDeadlineMs = 50_000;
