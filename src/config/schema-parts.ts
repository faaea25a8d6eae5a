/** Parts that several schemas of settings are made of. */
import { isIP } from 'node:net';
import * as z from 'zod';

export const wholeNumber = (min: number, max: number) => z.number().int().min(min).max(max);
export const pathSchema = (accepts: string) => z.string().min(1).meta({ accepts });
export const listenPort = () => wholeNumber(0, 65_535);
export const peerPort = () => wholeNumber(1, 65_535);

export const ipAddress = () =>
  z
    .string()
    .refine((text) => isIP(text) !== 0, 'this is no IP address')
    .meta({ accepts: 'an IP address of this machine, such as 127.0.0.1, 0.0.0.0 or ::1' });
