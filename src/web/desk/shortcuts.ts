/** Keys of the keyboard that work wherever the focus is. Those that browsers need (F1, F5, F11, F12) are left alone. */
import { onBeforeUnmount, onMounted } from 'vue';

export const shortcuts = {
  answer: 'F2',
  hangUp: 'F4',
  ready: 'F6',
  hold: 'F7',
  mute: 'F8',
  matter: 'F9',
  mode: 'F10',
  takeBack: 'Escape',
} as const;

export type Shortcut = keyof typeof shortcuts;

/** Runs what belongs to a key while the calling part is on the page. */
export function useShortcuts(actions: Readonly<Record<Shortcut, () => void>>): void {
  const names = new Map<string, Shortcut>(
    (Object.entries(shortcuts) as [Shortcut, string][]).map(([name, key]) => [key, name]),
  );
  const onKey = (event: KeyboardEvent): void => {
    const name = names.get(event.key);
    if (name === undefined || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    event.preventDefault();
    actions[name]();
  };
  onMounted(() => window.addEventListener('keydown', onKey));
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey));
}
