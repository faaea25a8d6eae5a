export type Bound = string | number;

/** A term of a WHERE clause with the values of its question marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Bound[];
}
