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
    const at = this.names.indexOf(name);
    return at < 0 ? undefined : this.values[at];
  }

  has(name: string): boolean {
    return this.names.indexOf(name) >= 0;
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
    let n = 0;
    for (const candidate of this.names) if (candidate === name) n++;
    return n;
  }

  /** Replaces the first header of that name, or adds it. */
  set(name: string, value: string): this {
    const at = this.names.indexOf(name);
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
