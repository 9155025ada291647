/** A box that scrolls sideways on its own, and that the keyboard can reach and scroll. */
import type { ComponentChildren } from 'preact';

export function ScrollBox(props: { as: 'div' | 'pre'; class?: string; label: string; children: ComponentChildren }) {
  const Tag = props.as as 'div';
  return (
    <Tag class={props.class} tabIndex={0} role="group" aria-label={props.label}>
      {props.children}
    </Tag>
  );
}
