/** Where one is on the page, as its address says after the `#`, so that it can be kept and sent. */
import { ref } from 'vue';

export type Place =
  | { readonly page: 'wall' | 'missed' | 'audit' }
  | { readonly page: 'search' | 'statistics' | 'report'; readonly query: Readonly<Record<string, string>> }
  | { readonly page: 'call'; readonly id: string };

/** The place that an address names; anything unknown is the wall. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page, id] = path.split('/');
  if (page === 'missed' || page === 'audit') return { page };
  if (page === 'search' || page === 'statistics' || page === 'report')
    return { page, query: Object.fromEntries(new URLSearchParams(query)) };
  if (page === 'call' && id !== undefined && id !== '') {
    try {
      return { page, id: decodeURIComponent(id) };
    } catch {
      return { page: 'wall' };
    }
  }
  return { page: 'wall' };
}

export function addressOf(place: Place): string {
  switch (place.page) {
    case 'wall':
    case 'missed':
    case 'audit':
      return `#/${place.page}`;
    case 'search':
    case 'statistics':
    case 'report': {
      const query = new URLSearchParams(place.query).toString();
      return query === '' ? `#/${place.page}` : `#/${place.page}?${query}`;
    }
    case 'call':
      return `#/call/${encodeURIComponent(place.id)}`;
  }
}

export const place = ref<Place>(placeOf(location.hash));
window.addEventListener('hashchange', () => {
  place.value = placeOf(location.hash);
});

export function go(to: Place): void {
  location.hash = addressOf(to);
}
