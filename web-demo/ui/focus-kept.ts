/** An element that disappears by itself must not take the focus with it. */
import { useLayoutEffect, useRef } from 'preact/hooks';

/** For an element with buttons. If it disappears while one of them has the focus, `move` puts the focus elsewhere. */
export function useFocusKept(move: () => void) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = element;
    return () => {
      if (current?.contains(document.activeElement)) move();
    };
  }, []);
  return element;
}
