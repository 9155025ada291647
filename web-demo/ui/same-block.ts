/** Does not draw again what has not changed. */
import { Component, type ComponentChildren } from 'preact';

/** Draws again only when `value` is another object. */
export class Same<T> extends Component<{ value: T; children: (value: T) => ComponentChildren }> {
  override shouldComponentUpdate(next: { value: T }): boolean {
    return next.value !== this.props.value;
  }

  override render() {
    return this.props.children(this.props.value);
  }
}
