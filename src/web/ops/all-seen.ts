import { computed } from 'vue';
import { ops } from './ops.js';
import { words } from './words/words.js';

/** How all members together are called: the alliance, or those whose calls one may see. */
export const allSeen = computed(() =>
  ops.seesAll.value ? words.value.statistics.alliance : words.value.statistics.own,
);
