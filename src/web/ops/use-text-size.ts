import { onScopeDispose, type Ref, ref } from 'vue';

const measured = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** Size of the page's text, which is larger on a screen on a wall; pixels. */
export function useTextSize(): Readonly<Ref<number>> {
  const size = ref(measured());
  const look = (): void => {
    size.value = measured();
  };
  window.addEventListener('resize', look);
  onScopeDispose(() => window.removeEventListener('resize', look));
  return size;
}
