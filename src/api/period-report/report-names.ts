/** How members and matters are called, in the language of the report. */
export interface ReportNames {
  member(id: string): string;
  /** As short as it can be: the number. */
  short(id: string): string;
  /** Members in the order in which they are told; others come after them. */
  readonly order: readonly string[];
  matter(code: string): string;
}
