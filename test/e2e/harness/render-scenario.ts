import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Values for the `%{name}` marks of a scenario. */
export type ScenarioParameters = Readonly<Record<string, string | number>>;

/** Folder of the scenarios: one file per party and story, and `parts/` that they share. */
export const scenarioFolder = join(import.meta.dirname, '..', 'scenarios');

const deepestNesting = 5;

/**
 * Make the sipp scenario of one party from its file.
 *
 * A scenario file is sipp's XML with two additions: `<use part="NAME" key="value"/>` stands for the
 * file `parts/NAME.xml`, with values that hold in there; `%{name}` or `%{name=default}` stands for a
 * value. `%{n}` is a number that is new with each `<use>`, to keep labels apart.
 *
 * @param folder where the scenario is; parts that are not in there are taken from {@link scenarioFolder}.
 * @throws when a part is missing or a mark has neither value nor default.
 */
export function renderScenario(
  name: string,
  parameters: ScenarioParameters,
  folder: string = scenarioFolder,
): string {
  let uses = 0;
  const expand = (file: string, values: ScenarioParameters, depth: number): string => {
    if (depth > deepestNesting) throw new Error(`${file}: parts are nested more than ${deepestNesting} deep`);
    const text = readFileSync(fileOf(file, folder), 'utf8').replace(/<!--[\s\S]*?-->\n?/g, '');
    return text
      .replace(/%\{(\w+)(?:=([^}]*))?\}/g, (mark, key: string, fallback: string | undefined) => {
        const value = values[key] ?? fallback;
        if (value === undefined) throw new Error(`scenario ${name}: ${file}.xml wants a value for ${mark}`);
        return String(value);
      })
      .replace(/<use part="([\w-]+)"([^>]*)\/>/g, (_, part: string, attributes: string) => {
        uses += 1;
        const own: Record<string, string> = { n: String(uses) };
        for (const [, key, value] of attributes.matchAll(/(\w+)="([^"]*)"/g)) {
          if (key !== undefined && value !== undefined) own[key] = value;
        }
        return expand(`parts/${part}`, { ...values, ...own }, depth + 1);
      });
  };
  const body = expand(name, parameters, 0);
  // sipp refuses variables that nothing refers to, as those are that only a check assigns.
  const assigned = [...new Set([...body.matchAll(/assign_to="(\w+)"/g)].map((match) => match[1]))];
  const references = assigned.length === 0 ? '' : `<Reference variables="${assigned.join(',')}"/>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${name}">\n${body}\n${references}</scenario>\n`;
}

function fileOf(file: string, folder: string): string {
  const own = join(folder, `${file}.xml`);
  return existsSync(own) ? own : join(scenarioFolder, `${file}.xml`);
}
