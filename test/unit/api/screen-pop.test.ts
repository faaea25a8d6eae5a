import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { screenPopSchema } from '../../../src/api/live-schemas.js';
import { errorSchema } from '../../../src/api/schemas.js';
import { ScreenPopLinks } from '../../../src/api/screen-pop-links.js';
import { callRecord, legRecord, START, transferRecord } from '../ledger/fixtures.js';
import { type Bench, bench } from './bench.js';

const HOUR = 3_600_000;
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const LOCATION = {
  references: ['https://lis.example/a'],
  point: { latitude: 39.1, longitude: 117.2, radius: 30 },
  address: '天津 南京路 <1>',
  pidf: '<presence/>',
};

/** An API whose links the test makes, at a time that it sets. */
function linked(at = START): Bench & { readonly links: ScreenPopLinks; link(id: string): string } {
  const links = new ScreenPopLinks(Buffer.alloc(32, 7));
  const made = bench({ links, now: () => at });
  return { ...made, links, link: (id) => links.url('', id, 'all') };
}

/** A call of the ledger that was moved from 12345 to 110. */
function write({ write: into }: Bench): void {
  into(
    legRecord('leg-1', { role: 'caller', member: null, answeredAt: START + 2000 }),
    legRecord('leg-2', { agent: '8017' }),
    legRecord('leg-3', { role: 'target', member: 'police-110', answeredAt: START + 25_000 }),
    transferRecord('transfer-0', { outcome: 'failed', completedAt: null, requestedAt: START + 3000 }),
    transferRecord('transfer-1', { matter: '水-07', note: '第一行\n<b>第二行</b>' }),
    transferRecord('transfer-2', { mode: 'alert', requestedAt: START + 26_000, transferorLeg: 'leg-3' }),
    transferRecord('transfer-3', { outcome: 'refused', completedAt: null, requestedAt: START + 27_000 }),
    callRecord('call-1'),
  );
}

describe('GET /v1/screen-pop/{id}', () => {
  it('shows a live call, by its id and by that of its transfer', async () => {
    const { engine, see, post } = bench();
    engine.location = LOCATION;
    engine.privacy = 'id';
    engine.start('call-1');
    const before = screenPopSchema.parse((await see('/v1/screen-pop/call-1')).json());
    expect(before).toMatchObject({
      live: true,
      startedAt: '2026-03-02T08:00:00.000Z',
      endedAt: null,
      caller: { number: '13800001111', name: 'Li <Wei>', privacy: 'id' },
      firstDialled: '12345',
      firstMember: { id: 'city-12345', number: null, name: null },
      transfer: null,
      path: [{ id: 'city-12345' }],
      location: LOCATION,
    });
    const wish = { to: '*1', mode: 'consult', matter: '水-07', note: 'n', transferorLeg: 'call-1-agent' };
    await post('/v1/calls/call-1/transfers', wish);
    const byTransfer = (await see('/v1/screen-pop/transfer-1')).json();
    expect(byTransfer).toMatchObject({
      callId: 'call-1',
      transfer: {
        id: 'transfer-1',
        mode: 'consult',
        state: 'calling',
        from: { id: 'city-12345' },
        agent: '8017',
        to: { id: 'police-110', number: '110', name: { zh: '报警求助', en: 'Police' } },
        matter: '水-07',
        note: 'n',
      },
    });
    expect((await see('/v1/screen-pop/call-1')).json()).toEqual({ ...byTransfer, id: 'call-1' });
  });

  it('keeps matter and note of a transfer that is done, while the call goes on', async () => {
    const made = bench();
    made.engine.start('call-1');
    made.write(transferRecord('transfer-1', { matter: 'm', note: 'n', transferorLeg: 'call-1-agent' }));
    expect((await made.see('/v1/screen-pop/call-1')).json()).toMatchObject({
      live: true,
      transfer: { id: 'transfer-1', state: 'completed', matter: 'm', note: 'n', agent: '8017' },
    });
  });

  it('shows a call that is over from the ledger', async () => {
    const made = bench();
    write(made);
    const pop = screenPopSchema.parse((await made.see('/v1/screen-pop/transfer-1')).json());
    expect(pop).toMatchObject({
      id: 'transfer-1',
      callId: 'call-1',
      live: false,
      endedAt: '2026-03-02T08:01:00.000Z',
      caller: { number: '13800001111', name: null },
      firstMember: { id: 'city-12345' },
      transfer: { id: 'transfer-1', state: 'completed', agent: '8017', matter: '水-07' },
      location: null,
    });
    expect(pop.path.map(({ id }) => id)).toEqual(['city-12345', 'police-110']);
    const failed = (await made.see('/v1/screen-pop/transfer-0')).json();
    expect(failed.transfer).toMatchObject({ id: 'transfer-0', state: 'failed' });
    // Of the call itself: the last that was not refused.
    expect((await made.see('/v1/screen-pop/call-1')).json().transfer).toMatchObject({ id: 'transfer-2' });
  });

  it('is 404 for what there is not, for programs and for people', async () => {
    const { see } = bench();
    const answer = await see('/v1/screen-pop/call-9');
    expect([answer.statusCode, errorSchema.parse(answer.json()).error.code]).toEqual([404, 'unknown-call']);
    const page = await see('/v1/screen-pop/call-9', { accept: BROWSER });
    expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(page.body).toContain('没有这个通话');
  });
});

describe('the page', () => {
  it('is Chinese and English, says all of it, and lets nobody put markup into it', async () => {
    const made = bench();
    made.engine.location = LOCATION;
    made.engine.start('call-1');
    const note = '<script>alert(1)</script> & "x" \'y\'';
    await made.post('/v1/calls/call-1/transfers', { to: '*1', matter: '<i>', note });
    const { body, headers } = await made.see('/v1/screen-pop/call-1', { accept: BROWSER });
    expect(body).toContain('<html lang="zh">');
    expect(body).toContain('13800001111');
    expect(body).toContain('<dt>备注<small>Note</small></dt>');
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot; &#39;y&#39;');
    expect(body).toContain('Li &lt;Wei&gt;');
    expect(body).toContain('天津 南京路 &lt;1&gt;\n39.1, 117.2 ± 30 m\nhttps://lis.example/a');
    expect(body).toContain('110 报警求助 Police');
    expect(body.indexOf('首拨热线')).toBeLessThan(body.indexOf('First called'));
    expect(body).not.toMatch(/<script|<i>|<Wei|src=|href=/);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/default-src 'none'; style-src 'sha256-[\w+/]+=*';/);
  });

  it('says that a call has ended, and that a number is withheld', async () => {
    const made = bench();
    made.write(callRecord('call-1', { callerNumber: null }));
    const { body } = await made.see('/v1/screen-pop/call-1', { accept: 'text/html' });
    expect(body).toContain('号码保密 withheld');
    expect(body).toMatch(/已结束 ended · 2026-03-0\d \d\d:\d\d:00 [+-]\d\d:\d\d – 2026/);
  });

  it.each([
    [BROWSER, true],
    ['text/html', true],
    ['TEXT/HTML;q=0.5', true],
    ['text/html;q=0.5, application/json', false],
    ['text/html;q=0', false],
    ['text/html;q=none', false],
    ['application/json', false],
    ['*/*', false],
    [undefined, false],
  ])('for Accept %s: %s', async (accept, html) => {
    const { engine, see } = bench();
    engine.start('call-1');
    const answer = await see('/v1/screen-pop/call-1', accept === undefined ? {} : { accept });
    expect(String(answer.headers['content-type']).startsWith('text/html')).toBe(html);
  });
});

describe('a link', () => {
  it('opens its call without a token, and nothing else', async () => {
    const { app, engine, link, links } = linked();
    engine.start('call-1');
    engine.start('call-2');
    const url = link('call-1');
    const opened = await app.inject(url);
    expect([opened.statusCode, opened.json().callId]).toEqual([200, 'call-1']);
    expect(opened.headers['cache-control']).toBe('no-store');
    expect((await app.inject('/v1/screen-pop/call-1')).statusCode).toBe(401);
    const key = new URL(url, 'http://x').searchParams.get('key') ?? '';
    expect(key).toMatch(/^[\w-]{22}$/);
    const others = [
      `/v1/screen-pop/call-2?key=${key}`,
      `/v1/screen-pop/call-1?key=${key}x`,
      `/v1/screen-pop/call-1?key=${key.slice(1)}`,
      `/v1/screen-pop/call-1?key=`,
      `/v1/screen-pop/call-1?key=${key}&key=${key}`,
      new ScreenPopLinks(Buffer.alloc(32, 8)).url('', 'call-1', 'all'),
    ];
    for (const other of others) {
      const answer = await app.inject(other);
      expect([answer.statusCode, errorSchema.parse(answer.json()).error.code], other).toEqual([
        403,
        'bad-link',
      ]);
      expect(answer.body).not.toContain('13800001111');
    }
    for (const closed of [`/v1/calls/live?key=${key}`, `/v1/calls/live/call-1?key=${key}`])
      expect((await app.inject(closed)).statusCode).toBe(401);
    expect(links.opens('call-1', key)).toBe('all');
  });

  it('made for a desk that must not learn who calls does not say it, live or over', async () => {
    const { app, engine, links, ...made } = linked();
    engine.privacy = 'id';
    engine.start('live-1');
    write({ app, engine, ...made });
    for (const id of ['live-1', 'call-1']) {
      const url = links.url('', id, 'caller-withheld');
      const { caller, callId } = (await app.inject(url)).json();
      expect([callId, caller.number, caller.name]).toEqual([id, null, null]);
      const page = await app.inject({ url, headers: { accept: BROWSER } });
      expect(page.body).toContain('号码保密');
      expect(page.body).not.toMatch(/13800001111|Wei/);
      expect((await made.see(`/v1/screen-pop/${id}`)).json().caller.number).toBe('13800001111');
    }
  });

  it('opens nothing where the server makes none', async () => {
    const { app, engine } = bench();
    engine.start('call-1');
    expect((await app.inject('/v1/screen-pop/call-1?key=x')).statusCode).toBe(403);
  });

  it('ends some hours after the call; a token does not', async () => {
    const inTime = linked(START + 60_000 + 8 * HOUR);
    write(inTime);
    expect((await inTime.app.inject(inTime.link('transfer-1'))).statusCode).toBe(200);
    const late = linked(START + 60_001 + 8 * HOUR);
    write(late);
    const expired = await late.app.inject(late.link('transfer-1'));
    expect([expired.statusCode, expired.json().error.code]).toEqual([410, 'link-expired']);
    const page = await late.app.inject({ url: late.link('call-1'), headers: { accept: BROWSER } });
    expect([page.statusCode, page.body.includes('链接已过期')]).toEqual([410, true]);
    expect((await late.see('/v1/screen-pop/transfer-1')).statusCode).toBe(200);
  });

  it('keeps the path of the address that desks use, and fits into a header', () => {
    const links = new ScreenPopLinks(Buffer.alloc(32, 7));
    const url = links.url('https://onekey.example/hotline/', 'l2m9k3x1qabcdefgh-t1', 'all');
    expect(url).toMatch(
      /^https:\/\/onekey\.example\/hotline\/v1\/screen-pop\/l2m9k3x1qabcdefgh-t1\?key=[\w-]{22}$/,
    );
    expect(links.url('http://x', 'a/b>c', 'all')).toContain('/screen-pop/a%2Fb%3Ec?');
  });

  it('leaves no key in the log when the ledger fails', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
    const links = new ScreenPopLinks(Buffer.alloc(32, 7));
    const link = links.url('', 'call-1', 'all');
    const ledger = new Proxy({} as never, { get: () => () => Promise.reject(new Error('broken')) });
    const { app } = bench({ links, ledger, log });
    expect((await app.inject(link)).statusCode).toBe(500);
    expect(lines.join()).toContain('request failed');
    expect(lines.join()).not.toContain(link.slice(-22));
  });
});
