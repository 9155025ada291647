/** Text from outside, such as a model's answer. */
import { Fragment } from 'preact';

/** Characters that reverse or embed the text after them, up to the end of the paragraph. */
const DIRECTION_CONTROLS = /([\u202a-\u202e\u2066-\u2069])/;

/**
 * The unchanged text, but with each direction control isolated in an element of its own, where it affects nothing.
 * The text can still be found and copied as it is.
 */
export function PlainText({ text }: { text: string }) {
  if (!DIRECTION_CONTROLS.test(text)) return <>{text}</>;
  const parts = text.split(DIRECTION_CONTROLS);
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 ? <bdi key={index}>{part}</bdi> : <Fragment key={index}>{part}</Fragment>,
      )}
    </>
  );
}
