import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths of a certificate for localhost that vouches for itself, and of its key. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a new certificate in `folder`, or writes over the one that is there. */
export function makeCertificate(folder = mkdtempSync(join(tmpdir(), 'sip-cert-'))): TestCertificate {
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'];
  execFileSync('openssl', [...kind, '-days', '2', '-keyout', key, '-out', cert, ...name], {
    stdio: 'ignore',
  });
  return { cert, key };
}
