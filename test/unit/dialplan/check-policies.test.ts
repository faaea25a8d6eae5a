import { describe, expect, it } from 'vitest';
import {
  type Change,
  city,
  type ExpectedFault,
  faultsOf,
  onlyFault,
  police,
  policies,
} from './plan-changes.js';
import { planOf, planText } from './plan-text.js';

const targets = (yaml: string): Change => [
  'targets: [{ trunk: pbx-city, number: 8001 }]',
  `targets: ${yaml}`,
];
const desk = '{ trunk: pbx-city, number: 1 }';

describe('a fault in the policies is told with its place, and what to do about it', () => {
  it.each<ExpectedFault>([
    [
      'hours of an emergency member',
      police('hours: { weekly: [mon 08:00-09:00] }'),
      'hours',
      'members.police.hours',
      /around the clock/,
      /remove hours, or write emergency: false/,
    ],
    [
      'capacity of an emergency member',
      police('capacity: 5'),
      'capacity',
      'members.police.capacity',
      /however many/,
      /remove capacity/,
    ],
    [
      'a capacity of 0',
      city('capacity: 0'),
      '0\n',
      'members.city.capacity',
      /0 is not accepted/,
      /from 1 to 100000, or null/,
    ],
    [
      'a capacity of a trunk',
      ['kind: carrier', 'kind: carrier\n    capacity: many'],
      'many',
      'trunks.carrier.capacity',
      /not accepted/,
      /from 1 to 100000/,
    ],
    [
      'a way out to callers that leads to a member',
      policies('callBack: { trunks: [pbx-city] }'),
      'pbx-city] }',
      'policies.callBack.trunks[0]',
      /leads to a member/,
      /kind carrier/,
    ],
    [
      'a way out to callers without a gateway',
      policies('callBack: { trunks: [carrier] }'),
      'carrier] }',
      'policies.callBack.trunks[0]',
      /no gateway/,
      /add a gateway/,
    ],
    [
      'an unknown way out to callers',
      policies('callBack: { trunks: [carier] }'),
      'carier] }',
      'policies.callBack.trunks[0]',
      /no trunk "carier"/,
      /did you mean "carrier"/,
    ],
    [
      'a target without number',
      targets('[{ trunk: pbx-city }]'),
      '{ trunk: pbx-city }',
      'members.city.targets[0].number',
      /missing/,
      /such as "8001"/,
    ],
    [
      'a target of two forms',
      targets(`[{ together: [${desk}, ${desk}], trunk: pbx-city }]`),
      '{ together',
      'members.city.targets[0]',
      /trunk, together do not go together/,
      /or together: or weighted:/,
    ],
    [
      'a ring time beside a group',
      targets(`[{ together: [${desk}, ${desk}], ringSeconds: 9 }]`),
      '{ together',
      'members.city.targets[0]',
      /ringSeconds, together/,
      /list of such desks/,
    ],
    [
      'an agent behind a trunk',
      targets('[{ agent: li-na, trunk: pbx-city }]'),
      '{ agent',
      'members.city.targets[0]',
      /trunk, agent do not go together/,
      /\{ agent: name \}/,
    ],
    [
      'an agent and a group',
      targets(`[{ agent: li-na, together: [${desk}, ${desk}] }]`),
      '{ agent',
      'members.city.targets[0]',
      /agent, together do not go together/,
      /or together: or weighted:/,
    ],
    [
      'two ways to name one agent of a group',
      targets(`[{ together: [${desk}, { agent: li-na, extension: 8017 }] }]`),
      '{ agent',
      'members.city.targets[0].together[1]',
      /agent, extension do not go together/,
      /extension: "8017"/,
    ],
    [
      'a name that no account can have',
      targets('[{ agent: "Li Na" }]'),
      '"Li Na"',
      'members.city.targets[0].agent',
      /"Li Na" is not accepted/,
      /lower-case letters/,
    ],
    [
      'a group of one',
      targets(`[{ together: [${desk}] }]`),
      'together: [{',
      'members.city.targets[0].together',
      /list/,
      /2 to 20 desks/,
    ],
    [
      'a weight where all ring',
      targets(`[{ together: [${desk}, { trunk: pbx-city, number: 2, weight: 2 }] }]`),
      'weight',
      'members.city.targets[0].together[1].weight',
      /no such setting/,
      /trunk, number, agent, extension, ringSeconds/,
    ],
    [
      'a weight of 0',
      targets(`[{ weighted: [${desk}, { trunk: pbx-city, number: 2, weight: 0 }] }]`),
      '0 }',
      'members.city.targets[0].weighted[1].weight',
      /0 is not/,
      /from 1 to 100/,
    ],
    [
      'an unknown trunk in a group',
      targets(`[{ weighted: [${desk}, { trunk: pbx-cyti, number: 2 }] }]`),
      'pbx-cyti',
      'members.city.targets[0].weighted[1].trunk',
      /no trunk "pbx-cyti"/,
      /did you mean "pbx-city"/,
    ],
    [
      'a desk in a group on a carrier without gateway',
      targets(`[{ together: [${desk}, { trunk: carrier, number: 2 }] }]`),
      'carrier, n',
      'members.city.targets[0].together[1].trunk',
      /no gateway/,
      /add a gateway/,
    ],
    [
      'a desk for an unknown member',
      targets(`[${desk}, { for: [polcie], trunk: pbx-city, number: 2 }]`),
      'polcie',
      'members.city.targets[1].for[0]',
      /no member "polcie"/,
      /did you mean "police"/,
    ],
    [
      'a desk for the member itself',
      targets(`[${desk}, { for: [city], trunk: pbx-city, number: 2 }]`),
      'city], t',
      'members.city.targets[1].for[0]',
      /does not transfer to itself/,
      /whose transfers/,
    ],
    [
      'liaison desks alone',
      targets('[{ for: [police], trunk: pbx-city, number: 2 }]'),
      'targets: [{ for',
      'members.city.targets',
      /nobody else reaches/,
      /without for/,
    ],
    [
      'a right for an unknown member',
      city('mayTransferTo: [town]'),
      'town',
      'members.city.mayTransferTo[0]',
      /no member "town"/,
      /under members/,
    ],
    [
      'a right denied for an unknown member',
      police('mayNotTransferTo: [ctiy]'),
      'ctiy',
      'members.police.mayNotTransferTo[0]',
      /no member "ctiy"/,
      /did you mean "city"/,
    ],
    [
      'rights in both ways',
      police('mayTransferTo: [city]\n    mayNotTransferTo: []'),
      'mayNot',
      'members.police.mayNotTransferTo',
      /says already/,
      /one of the two/,
    ],
    [
      'an emergency member out of reach',
      city('mayNotTransferTo: [police]'),
      'police]',
      'members.city.mayNotTransferTo[0]',
      /everybody may transfer to police/,
      /remove it/,
    ],
    [
      'a pause that is too short',
      policies('betweenKeysSeconds: 0.4'),
      '0.4',
      'policies.betweenKeysSeconds',
      /0\.4 is not/,
      /from 0\.5 to 10/,
    ],
    [
      'an announcement that is a file',
      policies('announcement: { prompt: ../secret.wav }'),
      '../secret.wav',
      'policies.announcement.prompt',
      /not accepted/,
      /without \.wav/,
    ],
    [
      'an announcement without end',
      policies('announcement: { maxSeconds: 0 }'),
      '0',
      'policies.announcement.maxSeconds',
      /0 is not/,
      /from 1 to 120/,
    ],
    [
      'a code of one key',
      policies('keyCodes: { cancel: "*" }'),
      '"*"',
      'policies.keyCodes.cancel',
      /not accepted/,
      /2 to 6 keys/,
    ],
    [
      'a code that begins with a digit',
      policies('keyCodes: { toggle: "12" }'),
      '"12"',
      'policies.keyCodes.toggle',
      /not accepted/,
      /star or #/,
    ],
    [
      'an empty prefix',
      policies('keyCodes: { consultPrefix: "" }'),
      '""',
      'policies.keyCodes.consultPrefix',
      /not accepted/,
      /1 to 3 keys/,
    ],
    [
      'a code that is a member key',
      policies('keyCodes: { cancel: "*1" }'),
      '"*1": police',
      'keys["*1"]',
      /\*1 would be both transfer by key \*1 and cancel \(\*1, see policies\.keyCodes\.cancel\)/,
      /another key here, or another code there/,
    ],
    [
      'a member key that is a usual code',
      ['"*2": city', '"*0": city'],
      '"*0"',
      'keys["*0"]',
      /transfer by key \*0 and cancel/,
      /another key/,
    ],
    [
      'a code that consults',
      policies('keyCodes: { toggle: "**2" }'),
      '"*2": city',
      'keys["*2"]',
      /\*\*2 would be both consult by key \*2 and toggle/,
      /another/,
    ],
    [
      'a code that is an ended key',
      policies('keyCodes: { complete: "*2#" }'),
      '"*2": city',
      'keys["*2"]',
      /\*2 would be both transfer by key \*2 and complete \(\*2#/,
      /# at the end/,
    ],
    [
      'two codes that are one',
      policies('keyCodes: { toggle: "*#" }'),
      'toggle',
      'policies.keyCodes.toggle',
      /toggle and complete/,
      /another code/,
    ],
  ])('%s', (_, change, piece, path, message, remedy) => {
    const fault = onlyFault(change, piece);
    expect(fault).toMatchObject({ path, place: fault.expectedPlace });
    expect(fault.message).toMatch(message);
    expect(fault.remedy).toMatch(remedy);
  });

  it('and does not hide another', () => {
    const faults = faultsOf(
      city('hours: { weekly: [some day], timezone: Moon/Crater }'),
      targets('[{ number: 1, together: 5, ringSeconds: 0 }, { trunk: pbx-ctiy }]'),
      policies('keyCodes: { cancel: 7, toggle: "*1" }'),
    );
    expect(faults.map((fault) => fault.path)).toEqual([
      'policies.keyCodes.cancel',
      'members.city.hours.weekly[0]',
      'members.city.hours.timezone',
      'members.city.targets[0]',
      'members.city.targets[0].together',
      'members.city.targets[0].ringSeconds',
      'members.city.targets[1].number',
      'members.city.targets[1].trunk',
      'keys["*1"]',
    ]);
  });
});

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
        targets(`[{ for: [police], together: [${desk}, { trunk: pbx-police, number: 5 }] }, ${weighted}]`),
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
        targets(
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
