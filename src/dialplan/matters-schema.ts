import * as z from 'zod';
import { languageTag, reference } from './schema-parts.js';

/** The catalogue of matters as it is written. That pinyin fits its words is checked in `load-matters.ts`. */

const chinese = z
  .string()
  .regex(/^(?=.*\p{Script=Han})[^\p{Cc}]{1,40}$/u)
  .meta({ accepts: 'Chinese words of 1 to 40 characters' });

const pinyin = z
  .string()
  .regex(/^[a-z0-9]+( [a-z0-9]+)*$/)
  .max(300)
  .meta({
    accepts: 'one syllable for each character, with spaces, without tones, ü as v, such as "ting shui"',
  });

const matterSchema = z.strictObject({
  zh: chinese,
  pinyin,
  en: z
    .string()
    .regex(/^[^\p{Cc}]{1,120}$/u)
    .optional()
    .meta({ accepts: 'a name of 1 to 120 characters on one line' }),
  member: reference('member'),
  urgency: z.enum(['routine', 'urgent', 'emergency']).default('routine'),
  language: languageTag().optional(),
  words: z
    .record(chinese, pinyin)
    .default({})
    .meta({ accepts: 'words with their pinyin, such as 停水: ting shui' }),
});

const code = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,39}$/)
  .meta({ accepts: 'a code of 2 to 40 lower-case letters, digits and dashes, beginning with a letter' });

/** The whole file. */
export const mattersSchema = z.strictObject({
  source: z.enum(['example', 'own']).default('own'),
  matters: z.record(code, matterSchema),
});

/** A catalogue that follows the schema, defaults filled in. */
export type MattersEntry = z.output<typeof mattersSchema>;
export type MatterEntry = MattersEntry['matters'][string];
