/** What is wrong with a filter; `field` is null when it is more than one. */
export interface FilterFault {
  readonly field: string | null;
  readonly message: string;
}
