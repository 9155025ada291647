/** The pieces that views are made of. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { relative } from '../core/format.ts';
import type { Tone } from '../core/promise-card.ts';
import type { Read } from '../state/reads.ts';
import { usePage } from './context.ts';

/** A card with a heading. `more` is at the end of the heading's line. */
export function Card({
  title,
  what,
  more,
  wide,
  children,
}: {
  title: ComponentChildren;
  /** One sentence below the heading. */
  what?: ComponentChildren;
  more?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class="panel" data-wide={wide} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {more}
      </div>
      {what && <p class="beside">{what}</p>}
      {children}
    </section>
  );
}

export const Pill = ({ tone, children }: { tone: Tone | 'accent'; children: ComponentChildren }) => (
  <span class="pill" data-tone={tone}>
    {children}
  </span>
);

/** Shows the value that was read, or why it could not be read. After a failed read the old value stays, with its age. */
export function Loaded<Value>({
  read: { value, problem, at },
  children,
  rows = 3,
}: {
  read: Read<Value>;
  children: (value: Value) => ComponentChildren;
  /** The height in lines while the value loads. */
  rows?: number;
}) {
  const { now, session } = usePage();
  if (value === undefined && problem === undefined)
    return (
      <div class="loading" role="status" style={{ minHeight: `${rows * 2.5}rem` }}>
        <span class="visually-hidden">Loading</span>
      </div>
    );
  return (
    <>
      {problem && (
        <p class="trouble" role="status">
          {problem.text}
          {value !== undefined && at !== undefined && ` What stands here is of ${relative(at, now.value)}.`}{' '}
          <button type="button" class="link" onClick={() => void session.reads.refresh()}>
            Try again
          </button>
        </p>
      )}
      {value !== undefined && children(value)}
    </>
  );
}

/** A box that scrolls sideways if its table is wider than the screen. */
export const Scroll = ({ name, children }: { name: string; children: ComponentChildren }) => (
  // The keyboard must reach a box that scrolls. The card has its landmark already, so this is only a group.
  // biome-ignore lint/a11y/useSemanticElements: see above
  // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
  <div class="scroll" role="group" tabIndex={0} aria-label={name}>
    {children}
  </div>
);

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>;

/** A share from 0 to 1 as a bar. The share `held` is hatched behind it. */
export function Bar({
  share,
  held = 0,
  tone,
  name,
}: {
  share: number;
  held?: number;
  tone: Tone | 'accent';
  name: string;
}) {
  const [filled, hatched] = [Math.max(0, Math.min(1, share)), Math.max(0, Math.min(1 - share, held))];
  return (
    <div class="meter" role="img" aria-label={name}>
      <i data-tone={tone} style={{ width: `${filled * 100}%` }} />
      {hatched > 0 && <i class="is-held" data-tone={tone} style={{ width: `${hatched * 100}%` }} />}
    </div>
  );
}
