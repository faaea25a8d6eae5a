import { describe, expect, it } from 'vitest';
import { NIL_UUID, sessionId, sessionUuid } from '../../../src/engine/session-id.js';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

describe('Session-ID', () => {
  it.each([
    [`${A};remote=${B}`, A],
    [`  ${A.toUpperCase()} ;remote=${NIL_UUID}`, A],
    [A, A],
    [`${NIL_UUID};remote=${A}`, null],
    [`${A}a;remote=${B}`, null],
    ['x', null],
    [undefined, null],
  ])('of a peer: %s', (header, uuid) => {
    expect(sessionUuid(header)).toBe(uuid);
  });
  it('names the partner first, nil for nobody', () => {
    expect(sessionId({ uuid: A }, { uuid: B })).toBe(`${A};remote=${B}`);
    expect(sessionId({ uuid: A }, { uuid: null })).toBe(`${A};remote=${NIL_UUID}`);
    expect(sessionId(null, { uuid: B })).toBe(`${NIL_UUID};remote=${B}`);
  });
});
