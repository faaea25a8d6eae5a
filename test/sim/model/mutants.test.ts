import { describe, expect, it } from 'vitest';
import { modelWith } from './bundle.js';
import { FAMILIES, RESTARTS } from './families.js';
import { mutants } from './mutants.js';

describe('the model notices when', () => {
  it.each(mutants.map((mutant) => [mutant.bug, mutant] as const))('%s', async (_, mutant) => {
    const family = [...FAMILIES, ...RESTARTS].find(({ name }) => name === mutant.family);
    if (family === undefined) throw new Error(`there is no family "${mutant.family}"`);
    const { explore } = await modelWith(mutant);
    expect(() => explore(family)).toThrow(mutant.rule);
  });
});
