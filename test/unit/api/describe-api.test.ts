import { describe, expect, it } from 'vitest';
import { bench } from './bench.js';

describe('the OpenAPI document', () => {
  it('has every route, described, with the security scheme', async () => {
    const { app } = bench();
    const document = (await app.inject('/docs/json')).json();
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.entries<Record<string, { summary?: string; responses: object }>>(document.paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, route]) => ({ path, method, route })),
      )
      .filter(({ method }) => method !== 'head');
    expect(operations.map(({ path, method }) => `${method} ${path}`).sort()).toEqual([
      'delete /v1/calls/{id}/monitor',
      'get /healthz',
      'get /metrics',
      'get /v1/agents',
      'get /v1/alerts',
      'get /v1/audits',
      'get /v1/calls',
      'get /v1/calls/live',
      'get /v1/calls/live/{id}',
      'get /v1/calls/{id}',
      'get /v1/calls/{id}/story',
      'get /v1/dialplan',
      'get /v1/events',
      'get /v1/legs',
      'get /v1/matters',
      'get /v1/missed-calls',
      'get /v1/queues',
      'get /v1/recordings',
      'get /v1/recordings/{id}/audio',
      'get /v1/recordings/{id}/page',
      'get /v1/screen-pop/{id}',
      'get /v1/search',
      'get /v1/statistics',
      'get /v1/statistics/causes',
      'get /v1/statistics/compare',
      'get /v1/statistics/goals',
      'get /v1/statistics/matrix',
      'get /v1/statistics/matters',
      'get /v1/statistics/report',
      'get /v1/statistics/surges',
      'get /v1/transfers',
      'patch /v1/calls/{id}/monitor',
      'post /v1/agents/{id}/state',
      'post /v1/calls/{id}/caller-number',
      'post /v1/calls/{id}/hangup',
      'post /v1/calls/{id}/monitor',
      'post /v1/calls/{id}/recording/start',
      'post /v1/calls/{id}/recording/stop',
      'post /v1/calls/{id}/transfer/{action}',
      'post /v1/calls/{id}/transfers',
      'post /v1/dialplan/reload',
      'post /v1/missed-calls/{id}/call-back',
      'post /v1/missed-calls/{id}/done',
      'post /v1/recordings/{id}/links',
      'post /v1/transfers',
      'post /v1/transfers/{action}',
    ]);
    for (const { path, route } of operations) expect(route.summary, path).toBeTruthy();
    expect(document.components.securitySchemes.token).toMatchObject({ type: 'http', scheme: 'bearer' });
    expect(document.security).toEqual([{ token: [] }]);
    expect(document.components.schemas.Call.properties.startedAt).toMatchObject({ format: 'date-time' });
    const limit = document.paths['/v1/calls'].get.parameters.find(
      ({ name }: { name: string }) => name === 'limit',
    );
    expect(limit).toMatchObject({ in: 'query', required: false, schema: { type: 'integer', maximum: 500 } });
    expect(Object.keys(document.components.schemas).filter((name) => name.endsWith('Input'))).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('Default Response');
    // Every reference leads somewhere.
    const references = JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g);
    const names = new Set([...references].map(([, name]) => name ?? ''));
    expect(names.size).toBeGreaterThan(8);
    for (const name of names) expect(document.components.schemas).toHaveProperty(name);
  });

  it('has a page that works without the internet', async () => {
    const { app } = bench();
    const page = await app.inject('/docs');
    expect(page.statusCode).toBe(200);
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) {
      const url = new URL(asset, 'http://onekey/docs/').pathname;
      expect(asset).not.toMatch(/^(https?:)?\/\//);
      expect((await app.inject(url)).statusCode, url).toBe(200);
    }
  });
});
