/**
 * How much each proof runs: `short` in `npm test`, `middle` in .ci/run (`npm run proofs:middle`), `full` in `npm run
 * proofs`. A proof reads its own by `inject("rounds")`.
 */
const figures = {
  /** How often each race is run. */
  rounds: { short: 2, middle: 25, full: 200 },
  /** How often the races for one identity and for one account are run. */
  winnerRounds: { short: 1, middle: 100, full: 1_000 },
  /** How many inputs of the fuzz tests there are, over all that takes any. */
  fuzzInputs: { short: 8_000, middle: 150_000, full: 1_000_000 },
  /** How many requests the fuzz test of the API sends through the laptop's gateway. */
  gatewayInputs: { short: 400, middle: 2_000, full: 20_000 },
  /** How many rounds of logging in, asking and logging out 24 clients make, all at once. */
  loadRounds: { short: 1, middle: 100, full: 2_000 },
  /** How often 64 log in at once through the laptop, each function in processes of its own. */
  processRounds: { short: 1, middle: 3, full: 20 },
  /** How many acts are cut short, and in how many places in all, if there are as many. */
  killedActs: { short: 1, middle: Infinity, full: Infinity },
  killPoints: { short: 2, middle: 55, full: Infinity },
  /** How many pairs of such places are tried. */
  killPairs: { short: 1, middle: 20, full: 1_000 },
  /** How many of the grants are taken out, one after the other, if there are as many. */
  grantsTaken: { short: 4, middle: Infinity, full: Infinity },
  /** How many of the ways to end access meet logins under way, if there are as many. */
  endings: { short: 1, middle: Infinity, full: Infinity },
  /** How many operations are compared between the simulated tables and the embedded engine. */
  storeOperations: { short: 250, middle: 10_000, full: 50_000 },
  /** How many session_keys, ivs and watermarks that are not the right ones are tried. */
  wrongKeys: { short: 1_000, middle: 20_000, full: 20_000 },
  /** How many accounts the import test imports. */
  importedAccounts: { short: 1_200, middle: 3_000, full: 10_000 },
  /** How many rows the import's reader reads. */
  csvRows: { short: 60_000, middle: 300_000, full: 1_000_000 },
  /** How many schedules of the SDK's simulation are run. */
  schedules: { short: 500, middle: 50_000, full: 500_000 },
  /** How many schedules of the simulation of logins, operators and faults are run. */
  loginSchedules: { short: 60, middle: 4_000, full: 100_000 },
  /** How many of the bugs planted in the functions are looked for, if there are as many. */
  plantedLoginBugs: { short: 1, middle: 12, full: Infinity },
  /** How many of its histories are explained, and how many of the laptop's. */
  histories: { short: 20, middle: 400, full: 10_000 },
  laptopHistories: { short: 1, middle: 5, full: 50 },
  /** How many of the bugs planted in the SDK are looked for, if there are as many. */
  plantedBugs: { short: 2, middle: Infinity, full: Infinity },
  /** By how many milliseconds the clock of one function is ahead of the others', one after the other. */
  clockOffsets: {
    short: [-3_600_000],
    middle: [-3_600_000, 3_600_000],
    full: [5_000, 60_000, 3_600_000].flatMap((ms) => [-ms, ms]),
  },
};

type Extent = "short" | "middle" | "full";

export type Figures = { [Name in keyof typeof figures]: (typeof figures)[Name][Extent] };

export function figuresOf(extent: Extent): Figures {
  const chosen = Object.entries(figures).map(([name, sizes]) => [name, sizes[extent]]);
  return Object.fromEntries(chosen);
}
