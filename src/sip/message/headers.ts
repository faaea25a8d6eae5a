/**
 * The headers of one message in the order they stand on the wire. Names are canonical (`header-names.ts`), values
 * are raw text. Two parallel arrays and a linear scan: a message has about fifteen headers, and interned names
 * make the comparison a pointer test.
 */
export class Headers {
  readonly names: string[] = [];
  readonly values: string[] = [];

  get size(): number {
    return this.names.length;
  }

  add(name: string, value: string): this {
    this.names.push(name);
    this.values.push(value);
    return this;
  }

  /** The first value of that name. */
  get(name: string): string | undefined {
    const at = this.indexOf(name);
    return at < 0 ? undefined : this.values[at];
  }

  has(name: string): boolean {
    return this.indexOf(name) >= 0;
  }

  /** Every value of that name, in order; a comma list inside one line stays one value. */
  all(name: string): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.names.length; i++) {
      if (this.names[i] === name) found.push(this.values[i] ?? '');
    }
    return found;
  }

  count(name: string): number {
    const { names } = this;
    let n = 0;
    for (let i = 0; i < names.length; i++) if (names[i] === name) n++;
    return n;
  }

  /** Index of the first header of that name, looked for from `start`; -1 when there is none. */
  indexOf(name: string, start = 0): number {
    const { names } = this;
    for (let i = start; i < names.length; i++) if (names[i] === name) return i;
    return -1;
  }

  /** Replaces the first header of that name, or adds it. */
  set(name: string, value: string): this {
    const at = this.indexOf(name);
    if (at < 0) return this.add(name, value);
    this.values[at] = value;
    return this;
  }

  /** Appends to the last value, for folded lines; false when that would exceed `most` characters. */
  continueLast(text: string, most: number): boolean {
    const at = this.values.length - 1;
    const before = this.values[at] ?? '';
    if (before.length + text.length >= most) return false;
    if (at >= 0) this.values[at] = `${before} ${text}`.trim();
    return true;
  }
}
