/**
 * What opens the server to this page: a token of the API, which the browser forgets when its tab is closed. All that the
 * page knows of logging in is here.
 */
const kept = 'onekey.ops.token';

let token = sessionStorage.getItem(kept);

/** Whether there is anything to try. */
export function hasAccess(): boolean {
  return token !== null;
}

export function takeAccess(given: string): void {
  token = given;
  sessionStorage.setItem(kept, given);
}

export function dropAccess(): void {
  token = null;
  sessionStorage.removeItem(kept);
}

/** Goes with each request. */
export function accessHeaders(): Readonly<Record<string, string>> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}
