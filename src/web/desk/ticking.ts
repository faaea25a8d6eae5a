/** The time of day, for parts that show how long something takes. */
import { onScopeDispose, type Ref, ref } from 'vue';
import { desk } from './desk.js';

/** The server's time, once a second; UTC milliseconds. */
export function useTicking(): Readonly<Ref<number>> {
  const now = ref(desk.now());
  const timer = setInterval(() => {
    now.value = desk.now();
  }, 1000);
  onScopeDispose(() => clearInterval(timer));
  return now;
}

/** `3:07`, `1:02:15`. */
export function asDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `14:03`, in the browser's time zone. */
export function asClock(at: number): string {
  return new Date(at).toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false });
}

/** `11-21 14:03`. */
export function asDay(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${asClock(at)}`;
}
