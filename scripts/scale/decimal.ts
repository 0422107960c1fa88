/**
 * A number with 18 decimal places, so that sums of prices are what a person gets on paper. Products and quotients are
 * cut after the eighteenth.
 */
export type Decimal = bigint & { readonly decimal: unique symbol };

const places = 18;
const one = 10n ** BigInt(places);

/** Of `0.0000133334`, or of a whole number. Throws for anything else. */
export function decimal(value: string | number): Decimal {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(String(value)) ?? [];
  if (whole === "") throw new Error(`${value} is not a decimal number.`);
  return BigInt(sign + whole + fraction.padEnd(places, "0")) as Decimal;
}

export const zero = decimal(0);

export function sum(...numbers: readonly Decimal[]): Decimal {
  return numbers.reduce((total, number) => total + number, 0n) as Decimal;
}

export function minus(a: Decimal, b: Decimal): Decimal {
  return (a - b) as Decimal;
}

export function times(...factors: readonly [Decimal, ...Decimal[]]): Decimal {
  return factors.reduce((product, factor) => (product * factor) / one, one) as Decimal;
}

export function over(a: Decimal, b: Decimal): Decimal {
  return ((a * one) / b) as Decimal;
}

export function larger(a: Decimal, b: Decimal): Decimal {
  return a > b ? a : b;
}

export function smaller(a: Decimal, b: Decimal): Decimal {
  return a < b ? a : b;
}

/** The next whole number, upwards. */
export function ceiling(a: Decimal): Decimal {
  return (((a + one - 1n) / one) * one) as Decimal;
}

/** `1,234.50`: so many digits after the point, halves upwards. Never for negative numbers. */
export function rounded(a: Decimal, digits: number): string {
  const unit = 10n ** BigInt(places - digits);
  const text = String((a + unit / 2n) / unit).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
  return digits === 0 ? whole : `${whole}.${text.slice(-digits)}`;
}
