import { onScopeDispose, type Ref, ref } from 'vue';

/** The time of this machine, once a second; UTC milliseconds. */
export function useClock(): Readonly<Ref<number>> {
  const now = ref(Date.now());
  const timer = setInterval(() => {
    now.value = Date.now();
  }, 1000);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
