/** The parts within a line of an answer. */
import type { Inline } from '../markdown/nodes.ts';
import { safeHref } from './markdown-links.ts';
import { PlainText } from './markdown-text.tsx';
import { useWords } from './words-context.ts';

export function Inlines({ nodes }: { nodes: readonly Inline[] }) {
  return (
    <>
      {nodes.map((node, index) => (
        <InlineView key={index} node={node} />
      ))}
    </>
  );
}

function InlineView({ node }: { node: Inline }) {
  switch (node.kind) {
    case 'text':
      return <PlainText text={node.text} />;
    case 'strong':
      return (
        <strong>
          <Inlines nodes={node.children} />
        </strong>
      );
    case 'emphasis':
      return (
        <em>
          <Inlines nodes={node.children} />
        </em>
      );
    case 'deleted':
      return (
        <del>
          <Inlines nodes={node.children} />
        </del>
      );
    case 'code':
      return (
        <code>
          <PlainText text={node.text} />
        </code>
      );
    case 'break':
      return <br />;
    case 'link':
      return <LinkView node={node} />;
    case 'image':
      return <ImageView node={node} />;
  }
}

/** A link with these attributes sends no referrer, and the page that it opens has no access to this one. */
const OUTWARD = { rel: 'noopener noreferrer nofollow ugc', target: '_blank' } as const;

function LinkView({ node }: { node: Inline & { kind: 'link' } }) {
  const href = safeHref(node.href);
  if (href === null) return <PlainText text={node.raw} />;
  return (
    <a href={href} {...OUTWARD}>
      <Inlines nodes={node.children} />
    </a>
  );
}

/** A picture becomes a link, because loading it would reveal to its server who reads this answer. */
function ImageView({ node }: { node: Inline & { kind: 'image' } }) {
  const { markdown: words } = useWords();
  const href = safeHref(node.href);
  if (href === null) return <PlainText text={node.alt === '' ? words.image : node.alt} />;
  return (
    <a class="picture" href={href} {...OUTWARD}>
      <PlainText text={words.imageLink(node.alt)} />
    </a>
  );
}
