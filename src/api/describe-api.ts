import { STATUS_CODES } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { packageInfo } from '../config/package-root.js';

/** Serve the OpenAPI document at /docs/json and the page that shows it at /docs; must come before the routes. */
export function describeApi(app: FastifyInstance): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'onekey',
        version: packageInfo().version,
        description:
          'One-key call transfer between hotlines: calls in progress, the ledger of those that have ended, live events, the dial plan. Times are ISO 8601 in UTC with milliseconds. Every error has the shape of Error.',
      },
      tags: [
        { name: 'live', description: 'Calls in progress' },
        { name: 'ledger', description: 'Calls, legs and transfers that have ended' },
        { name: 'statistics', description: 'Sums over the ledger: members, transfers, goals' },
        { name: 'recordings', description: 'Recordings of calls, and who heard them' },
        { name: 'dial plan', description: 'Members, keys and trunks' },
        { name: 'session', description: 'Logging in at the pages' },
        { name: 'system', description: 'Health and figures' },
      ],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description:
              'A token that `onekey token add` issued, one of the configuration (http.tokens), or the one in the file api-token of the data folder. 401 says by its code that a token has expired (`token-expired`), was revoked (`token-revoked`) or has another secret (`token-replaced`); 429 that too many wrong tokens came from the address. Each route says which permission it needs and which roles have it; the role operator is another name of admin.',
          },
        },
      },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => tidy(jsonSchemaTransformObject(document)),
  });
  app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { persistAuthorization: false } });
}

type Document = ReturnType<typeof jsonSchemaTransformObject>;

const PLACEHOLDER = 'Default Response';

/**
 * Leaves out the twins that the schemas get for input, which no route refers to, and names answers by
 * their status.
 */
function tidy(document: Document): Document {
  const text = JSON.stringify(document, (key, value: unknown) => {
    if (key === 'schemas' && typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).filter(([name]) => !name.endsWith('Input')));
    if (key === 'responses' && typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([status, answer]: [string, { readonly description?: string }]) => [
          status,
          answer.description === PLACEHOLDER ? { ...answer, description: STATUS_CODES[status] } : answer,
        ]),
      );
    return value;
  });
  return JSON.parse(text) as Document;
}
