// Output for people: amounts, short hashes, and colour where the terminal has it and nobody objects (NO_COLOR).

/** Whether standard output takes colour. */
export const colours: boolean = process.stdout.isTTY === true && !process.env.NO_COLOR;

const paint = (code: string) => (text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint('1');
export const dim = paint('2');
export const green = paint('32');
export const red = paint('31');
export const cyan = paint('36');

/** Decimals of the token. */
const DECIMALS = 12n;

/** An amount in VOT, at least two decimals and no trailing zeros beyond them. */
export function vot(smallest: bigint): string {
  const sign = smallest < 0n ? '-' : '';
  const size = smallest < 0n ? -smallest : smallest;
  const whole = (size / 10n ** DECIMALS).toLocaleString('en');
  const part = (size % 10n ** DECIMALS).toString().padStart(Number(DECIMALS), '0').replace(/0+$/, '').padEnd(2, '0');
  return `${sign}${whole}.${part} VOT`;
}

/** First and last characters of a hash or an address. */
export function short(text: string, keep = 6): string {
  return text.length <= 2 * keep + 3 ? text : `${text.slice(0, keep + (text.startsWith('0x') ? 2 : 0))}…${text.slice(-keep)}`;
}

/** A line of a two-column table. */
export function row(label: string, value: string): string {
  return `  ${dim(label.padEnd(11))} ${value}`;
}

/** Ends the program with a single line that says what is wrong. */
export function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${process.stderr.isTTY && !process.env.NO_COLOR ? `\u001b[31m${message}\u001b[0m` : message}\n`);
  process.exit(1);
}
