import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

/** A button that opens a few others beside it. They are in the browser's own popover, which `Esc` and a press elsewhere close. */
export function Menu({
  label,
  face,
  faceClass,
  children,
}: {
  label: string;
  face: ComponentChildren;
  faceClass: string;
  children: (close: () => void) => ComponentChildren;
}) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const place = () => {
    const at = button.current?.getBoundingClientRect();
    const element = panel.current;
    if (at === undefined || element === null) return;
    const { width, height } = element.getBoundingClientRect();
    const isBelow = at.bottom + 4 + height <= innerHeight;
    element.style.insetInlineStart = `${Math.max(8, Math.min(at.right - width, innerWidth - width - 8))}px`;
    element.style.insetBlockStart = `${Math.max(8, isBelow ? at.bottom + 4 : at.top - 4 - height)}px`;
  };
  return (
    <>
      <button ref={button} type="button" class={faceClass} aria-label={label} popovertarget={id}>
        {face}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        class="menu"
        onToggle={(event) => {
          if (event.newState !== 'open') return;
          place();
          panel.current?.querySelector('button')?.focus();
        }}
      >
        {children(() => panel.current?.hidePopover())}
      </div>
    </>
  );
}
