/** Requests that are sent again while the server does not answer. */
import { DeskError } from './desk-client.js';

/** Pauses before each further attempt; milliseconds. A wish that is older than their sum is the agent's to repeat. */
const pausesMs = [250, 500, 1_000, 2_000, 3_000] as const;

/**
 * Sends until there is an answer. The server must carry out once what it gets twice.
 *
 * @param onAgain called before each further attempt
 * @throws DeskError `server-away` when there was none in time, or the refusal that was the answer
 */
export async function untilAnswered<T>(send: () => Promise<T>, onAgain: () => void): Promise<T> {
  for (const pause of pausesMs) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof DeskError) || error.code !== 'server-away') throw error;
    }
    onAgain();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return send();
}
