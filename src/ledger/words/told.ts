/** The same in two languages. */
export interface Told {
  readonly zh: string;
  readonly en: string;
}

/** What a member is called; its id where nobody knows. */
export type MemberNames = (member: string) => Told;
