/** Keeps the end of a conversation in view while it grows, until the reader scrolls up, and again once they are back at the end. */
import { type ReadonlySignal, signal } from '@preact/signals';

export interface Follow {
  /** False from the moment the reader scrolls up until the end is in view again. */
  isFollowing: ReadonlySignal<boolean>;
  /** Watches a scrolling box whose only child grows. The returned function stops watching. */
  attach(scroller: HTMLElement): () => void;
  /** Scrolls to the end, and keeps following it. */
  toEnd(): void;
}

const UPWARD_KEYS = new Set(['ArrowUp', 'PageUp', 'Home']);
/** Within this distance the end counts as reached, because browsers round fractions of pixels. */
const NEAR_PX = 2;

export function createFollow(): Follow {
  const isFollowing = signal(true);
  let box: HTMLElement | null = null;
  /** The box's last position, which tells upward from downward. */
  let lastTop = 0;

  const toEnd = () => {
    isFollowing.value = true;
    if (box === null) return;
    box.scrollTop = box.scrollHeight;
    lastTop = box.scrollTop;
  };
  // It stops at once, not when the box has moved, because the next text would undo the reader's first pixels.
  const stop = () => {
    if (box !== null && box.scrollTop > 0) isFollowing.value = false;
  };
  const onResize = () => {
    if (isFollowing.value) toEnd();
  };
  const onScroll = () => {
    if (box === null) return;
    const top = box.scrollTop;
    const isAtEnd = box.scrollHeight - box.clientHeight - top <= NEAR_PX;
    // The reader went up by scrollbar, focus or find in page. A box that only became shorter is still at its end.
    if (top < lastTop && !isAtEnd) isFollowing.value = false;
    if (top > lastTop && isAtEnd) isFollowing.value = true;
    lastTop = top;
  };
  const onWheel = (event: WheelEvent) => {
    if (event.deltaY < 0 && !event.ctrlKey) stop();
  };
  let touchY = 0;
  const onTouchStart = (event: TouchEvent) => {
    touchY = event.touches[0]?.clientY ?? 0;
  };
  const onTouchMove = (event: TouchEvent) => {
    const y = event.touches[0]?.clientY ?? touchY;
    if (y > touchY) stop();
    touchY = y;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isUpward = UPWARD_KEYS.has(event.key) || (event.key === ' ' && event.shiftKey);
    if (isUpward && !event.defaultPrevented && !isEditable(event.target)) stop();
  };

  const attach = (scroller: HTMLElement) => {
    box = scroller;
    lastTop = scroller.scrollTop;
    const sizes = new ResizeObserver(onResize);
    sizes.observe(scroller);
    if (scroller.firstElementChild !== null) sizes.observe(scroller.firstElementChild);
    const listeners = new AbortController();
    const { signal } = listeners;
    scroller.addEventListener('scroll', onScroll, { signal, passive: true });
    scroller.addEventListener('wheel', onWheel, { signal, passive: true });
    scroller.addEventListener('touchstart', onTouchStart, { signal, passive: true });
    scroller.addEventListener('touchmove', onTouchMove, { signal, passive: true });
    // The listener is on the document, because a key scrolls the box even if the focus is elsewhere.
    document.addEventListener('keydown', onKeyDown, { signal });
    return () => {
      sizes.disconnect();
      listeners.abort();
      if (box === scroller) box = null;
    };
  };

  return { isFollowing, attach, toEnd };
}

const isEditable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:TEXTAREA|INPUT|SELECT)$/.test(target.tagName));
