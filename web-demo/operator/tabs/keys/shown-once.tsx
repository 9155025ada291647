import { useSignal } from '@preact/signals';

/** A new key. It is gone from the page when the dialog closes. */
export function ShownOnce({ secret, warnings = [] }: { secret: string; warnings?: readonly string[] | undefined }) {
  const said = useSignal<string | null>(null);
  const copy = () => {
    navigator.clipboard.writeText(secret).then(
      () => {
        said.value = 'Copied.';
      },
      () => {
        said.value = 'It could not be copied. Select it and copy it by hand.';
      },
    );
  };
  return (
    <>
      <p>This is the key. It is shown only once, so copy it now.</p>
      <code class="secret">{secret}</code>
      <p class="acts">
        <button type="button" class="quiet" onClick={copy}>
          Copy
        </button>
        <span class="beside" role="status">
          {said.value}
        </span>
      </p>
      {warnings.map((text) => (
        <p key={text} class="trouble">
          {text}
        </p>
      ))}
    </>
  );
}
