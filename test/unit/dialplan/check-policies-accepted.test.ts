import { describe, expect, it } from 'vitest';
import { type Change, city, faultsOf, targetsOfCity } from './plan-changes.js';
import { planOf, planText } from './plan-text.js';

const desk = '{ trunk: pbx-city, number: 1 }';

describe('what is written and has no fault', () => {
  it.each<[string, Change]>([
    ['hours that are null', city('hours: null')],
    ['capacity that is null', city('capacity: null')],
    ['nobody to transfer to', city('mayTransferTo: []')],
    ['nobody whom not to transfer to', city('mayNotTransferTo: []')],
    [
      'weekdays over the end of the week',
      city('hours: { weekly: [sat-mon 08:00-09:00, "tue, Wed 8:00-9:00"] }'),
    ],
    ['two lines of one day', city('hours: { weekly: [mon 08:00-12:00, mon 12:00-13:00] }')],
    ['a code that member keys begin with', ['"*2": city', '"*01": city']],
    ['an emergency member among those that are permitted', city('mayTransferTo: [police]')],
  ])('%s', (_, change) => {
    expect(faultsOf(change)).toEqual([]);
  });

  it('makes the targets', () => {
    const weighted =
      '{ weighted: [{ trunk: pbx-city, number: 2, weight: 3 }, { trunk: pbx-city, number: 3, ringSeconds: 9 }] }';
    const plan = planOf(
      planText(
        targetsOfCity(
          `[{ for: [police], together: [${desk}, { trunk: pbx-police, number: 5 }] }, ${weighted}]`,
        ),
      ),
    );
    expect(plan.members.get('city')?.targets).toEqual([
      {
        ring: 'together',
        desks: [
          { kind: 'trunk', trunk: 'pbx-city', number: '1', ringSeconds: 20, weight: 1 },
          { kind: 'trunk', trunk: 'pbx-police', number: '5', ringSeconds: 20, weight: 1 },
        ],
        onlyFor: ['police'],
      },
      {
        ring: 'weighted',
        desks: [
          { kind: 'trunk', trunk: 'pbx-city', number: '2', ringSeconds: 20, weight: 3 },
          { kind: 'trunk', trunk: 'pbx-city', number: '3', ringSeconds: 9, weight: 1 },
        ],
        onlyFor: [],
      },
    ]);
  });

  it('makes the desks of agents', () => {
    const plan = planOf(
      planText(
        targetsOfCity(
          '[{ agent: li-na }, { together: [{ extension: 8017, ringSeconds: 9 }, { trunk: pbx-city, number: 1 }] }]',
        ),
      ),
    );
    expect(plan.members.get('city')?.targets.map(({ desks }) => desks)).toEqual([
      [{ kind: 'agent', agent: 'li-na', ringSeconds: 20, weight: 1 }],
      [
        { kind: 'extension', extension: '8017', ringSeconds: 9, weight: 1 },
        { kind: 'trunk', trunk: 'pbx-city', number: '1', ringSeconds: 20, weight: 1 },
      ],
    ]);
  });

  it('makes the rights, with every emergency member', () => {
    const rightsOf = (yaml: string) => planOf(planText(city(yaml))).members.get('city')?.mayTransferTo;
    expect(rightsOf('capacity: 5')).toBeNull();
    expect(rightsOf('mayTransferTo: []')).toEqual(['police']);
    expect(rightsOf('mayTransferTo: [city]')).toEqual(['police', 'city']);
    expect(rightsOf('mayNotTransferTo: [city]')).toEqual(['police']);
    expect(rightsOf('mayNotTransferTo: []')).toEqual(['police', 'city']);
  });
});
