import { type Complaint, valueAt } from './issue-faults.js';

/** Shortest secret of a port that other programs can reach. */
const LEAST_SECRET = 16;

/** Rules for the embedded SIP server where it serves other applications too; see `crossFaults`. */
export function embeddedFaults(settings: unknown): Complaint[] {
  const at = ['sip', 'embedded'];
  const found: Complaint[] = [];
  const open = (path: readonly string[]): boolean => {
    const port = valueAt(settings, [...at, ...path]);
    return typeof port === 'number' && port > 0;
  };
  const secure = open(['control', 'tls', 'port']);
  const rules = valueAt(settings, [...at, 'outbound']);
  const list: readonly unknown[] = Array.isArray(rules) ? rules : [];
  const secret = valueAt(settings, [...at, 'control', 'secret']) ?? '';
  if ((secure || open(['control', 'port']) || list.length > 0) && typeof secret === 'string') {
    if (secret.length < LEAST_SECRET) {
      found.push({
        path: [...at, 'control', 'secret'],
        message: 'applications need a secret to show, or anybody could command the SIP server',
        remedy: `write ${LEAST_SECRET} characters or more, such as openssl rand -hex 24 makes, here and there`,
        at: 'value',
      });
    }
  }
  for (const name of secure ? ['cert', 'key'] : []) {
    const path = valueAt(settings, [...at, 'control', 'tls', name]) ?? '';
    if (path !== '') continue;
    found.push({
      path: [...at, 'control', 'tls', name],
      message: 'the control port with TLS needs a certificate and its key',
      remedy: 'write the path of a PEM file, or port: 0 for no such port',
      at: 'value',
    });
  }
  const seen = new Set<unknown>();
  for (const [index, rule] of list.entries()) {
    const method = valueAt(rule, ['method']);
    if (typeof method === 'string' && seen.has(method)) {
      found.push({
        path: [...at, 'outbound', index, 'method'],
        message: `there is a rule for ${method} already`,
        remedy: 'remove one of the two; a routing service can choose between applications',
        at: 'value',
      });
    }
    seen.add(method);
  }
  return found;
}
