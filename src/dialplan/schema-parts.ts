import * as z from 'zod';
import { LANGUAGE_FORM, LANGUAGE_TAG } from './agent-names.js';

/** Pieces that the schemas of the dial plan share. */

/** That there is something of that name is checked in `check.ts`. */
export const reference = (kind: 'member' | 'trunk') => z.string().meta({ accepts: `the name of a ${kind}` });

export const languageTag = () => z.string().regex(LANGUAGE_TAG).meta({ accepts: LANGUAGE_FORM });

export const wholeNumber = (min: number, max: number) => z.number().int().min(min).max(max);

/** Digits may be written with or without quotes. */
export const digitsOrText = () => z.union([z.string(), z.number().int().nonnegative()]);
