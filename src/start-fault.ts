/** Why the program cannot start, and what helps. */
export class StartFault extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}
