/** Why a message is refused: the status that answers it and a reason phrase. */
export interface Fault {
  readonly status: number;
  readonly reason: string;
}
