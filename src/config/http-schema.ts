/** Settings of the REST API and the pages. */
import * as z from 'zod';
import { ROLES } from './roles.js';
import { ipAddress, listenPort } from './schema-parts.js';

const tokenSchema = z
  .strictObject({
    /** Who holds it; shown in logs and in the ledger of operations, the token never is. */
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,39}$/)
      .meta({ accepts: 'a name of lower-case letters, digits and dashes' }),
    /** `operator` is another name of admin. */
    role: z.enum([...ROLES, 'operator']),
    token: z
      .string()
      .regex(/^[A-Za-z0-9._~+/=-]{16,256}$/)
      .meta({
        accepts: '16 to 256 letters, digits or ._~+/=- (openssl rand -hex 24 makes one)',
        secret: true,
      }),
  })
  // Text that is no token entry at all may hold the secret all the same.
  .meta({
    accepts:
      '{ name: who, role: viewer, agent, supervisor, ops, auditor or admin, token: 16 characters or more }',
    secret: true,
  });

const webhookSchema = z
  .strictObject({
    /** Id of a member in the dial plan. */
    member: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,39}$/)
      .meta({ accepts: 'the name of a member of the dial plan' }),
    url: z
      .string()
      .max(500)
      .regex(/^https?:\/\/[^\s,]+$/)
      .refine((text) => URL.canParse(text), 'this is no address')
      .meta({ accepts: 'a URL that begins with http:// or https://' }),
    /** Key of the signatures. */
    secret: z
      .string()
      .regex(/^[\x21-\x2b\x2d-\x3f\x41-\x7e]{16,256}$/)
      .meta({ accepts: '16 to 256 characters without blanks, commas and @', secret: true }),
  })
  .meta({ accepts: '{ member: name, url: "https://...", secret: 16 characters or more }', secret: true });

/** Where the API and the pages are served, and for whom. */
export const httpSchema = z
  .strictObject({
    host: ipAddress().default('127.0.0.1'),
    /** 0 takes any free port. */
    port: listenPort().default(8080),
    /** HTTPS: the certificate chain and its private key, PEM; absolute once loaded, read again when they change. Empty: HTTP. */
    cert: z
      .string()
      .max(1000)
      .default('')
      .meta({ accepts: 'the path of a certificate chain (PEM), or empty' }),
    key: z.string().max(1000).default('').meta({ accepts: 'the path of a private key (PEM), or empty' }),
    /** Where people's browsers reach the API, for links in calls; empty for no links. Without a slash at the end. */
    publicUrl: z
      .string()
      .max(200)
      .regex(/^$|^https?:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?(\/[A-Za-z0-9._~-]+)*$/)
      .default('')
      .meta({ accepts: 'a URL such as https://onekey.example.org, without a slash at the end, or empty' }),
    /**
     * Who may use the API, beside the tokens that `onekey token` issues. Without tokens here one is made in the data folder,
     * when the API listens on loopback.
     */
    tokens: z.array(tokenSchema).max(1000).default([]),
    /** Where members' own desktops are told of calls that come to them. */
    webhooks: z.array(webhookSchema).max(100).default([]),
  })
  .prefault({});
