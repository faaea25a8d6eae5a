import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Desks } from '../../../../src/api/desk/desks.js';
import { ReportStore } from '../../../../src/api/reports/report-store.js';
import { mayDo, PERMISSIONS, permissionsOf } from '../../../../src/api/rights/permissions.js';
import { namedRoutes, ruleOf } from '../../../../src/api/rights/route-rights.js';
import { errorSchema } from '../../../../src/api/schemas.js';
import { ROLES } from '../../../../src/config/roles.js';
import { PeopleRoom } from '../../../../src/people/people-room.js';
import { bench } from '../bench.js';

/** Every part is there, so that every route is. */
function wholeApi() {
  return bench({
    exports: { start: () => null, close: () => undefined, audit: async () => undefined },
    erase: async () => ({ ok: false, held: [] }),
    reports: new ReportStore('/dev/null/reports.json'),
    people: new PeopleRoom({
      people: [],
      sessions: [],
      limits: { attempts: 3, firstMs: 1000, mostMs: 1000 },
      now: () => 0,
      random: randomBytes,
      onSessions: () => undefined,
      onLocked: () => undefined,
    }),
    // Its routes ask for it when they are used, and not before.
    desks: { close: () => undefined } as unknown as Desks,
  });
}

interface Described {
  readonly description?: string;
  readonly responses: Readonly<Record<string, unknown>>;
}

async function documented(): Promise<ReadonlyMap<string, Described>> {
  const { app } = wholeApi();
  const document = (await app.inject({ url: '/docs/json' })).json<{
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  }>();
  return new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, route]) => [
        `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
        route,
      ]),
    ),
  );
}

describe('the table of rights', () => {
  it('names every route of the API, and no other', async () => {
    expect([...(await documented()).keys()].sort()).toEqual([...namedRoutes()].sort());
  });

  it('is told in the OpenAPI document', async () => {
    for (const [name, { description = '', responses }] of await documented()) {
      const [method = '', path = ''] = name.split(' ');
      const right = ruleOf(method, path)?.right;
      if (right === undefined || !(right in PERMISSIONS)) continue;
      expect(description, name).toContain(`Needs the permission \`${right}\``);
      expect(Object.keys(responses), name).toEqual(expect.arrayContaining(['401', '403', '429']));
    }
  });

  it('lets no route be served that it does not name', async () => {
    const { app } = bench();
    await expect(
      (async () => {
        app.get('/v1/unheard-of', async () => ({}));
        await app.ready();
      })(),
    ).rejects.toThrow('GET /v1/unheard-of: no permission is named');
  });
});

describe('each role', () => {
  it.each(ROLES)('%s passes where it may, and is refused elsewhere', async (role) => {
    const token = `${role}-0123456789abcdef`;
    const { app } = bench({ tokens: [{ name: role, role, token }] });
    await app.ready();
    for (const name of namedRoutes()) {
      const [method = '', path = ''] = name.split(' ');
      const right = ruleOf(method, path)?.right;
      if (right === undefined || !(right in PERMISSIONS) || path === '/v1/events') continue;
      if (!app.hasRoute({ method: method as 'GET', url: path })) continue;
      const answer = await app.inject({
        method: method as 'GET',
        url: path.replace(/:\w+/g, 'x'),
        headers: { authorization: `Bearer ${token}` },
      });
      const json = String(answer.headers['content-type'] ?? '').includes('json');
      const code = json ? errorSchema.safeParse(answer.json()).data?.error.code : undefined;
      const refused = answer.statusCode === 403 && code === 'forbidden';
      expect(refused, `${role} ${name}`).toBe(!mayDo(role, right as keyof typeof PERMISSIONS));
    }
  });

  it('an admin may do everything, and alone sees numbers; audits are for auditors', () => {
    expect(permissionsOf('admin')).toEqual(Object.keys(PERMISSIONS));
    expect(ROLES.filter((role) => mayDo(role, 'numbers.see'))).toEqual(['admin']);
    expect(permissionsOf('viewer')).toEqual(['calls.read', 'statistics.read', 'exports.take', 'system.read']);
    expect(ROLES.filter((role) => mayDo(role, 'audits.read'))).toEqual(['auditor', 'admin']);
  });
});
