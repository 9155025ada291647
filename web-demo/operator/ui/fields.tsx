/** The fields of forms. All are uncontrolled: the text is in the element only, and is read when the form is sent. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Common {
  name: string;
  label: string;
  /** The text below the field. */
  help?: string;
}

export function Text({
  name,
  label,
  help,
  value,
  required,
  type = 'text',
  ...more
}: Common & {
  value?: string | number | undefined;
  required?: boolean;
  type?: 'text' | 'number' | 'datetime-local';
  placeholder?: string;
  step?: string;
  min?: string;
  list?: string;
}) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        {...{ id, name, type, required }}
        {...more}
        defaultValue={value === undefined ? '' : String(value)}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={help && `${id}-help`}
      />
      {help && (
        <span class="beside" id={`${id}-help`}>
          {help}
        </span>
      )}
    </p>
  );
}

export function LongText({ name, label, help, value }: Common & { value?: string | null }) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <textarea id={id} name={name} rows={3} defaultValue={value ?? ''} aria-describedby={help && `${id}-help`} />
      {help && (
        <span class="beside" id={`${id}-help`}>
          {help}
        </span>
      )}
    </p>
  );
}

export function Choice({
  name,
  label,
  help,
  options,
  value,
}: Common & { options: readonly (readonly [value: string, text: string])[]; value?: string }) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} aria-describedby={help && `${id}-help`}>
        {options.map(([one, text]) => (
          <option key={one} value={one} selected={one === value}>
            {text}
          </option>
        ))}
      </select>
      {help && (
        <span class="beside" id={`${id}-help`}>
          {help}
        </span>
      )}
    </p>
  );
}

/** How long an override is in force. */
export const ForHowLong = ({ value = '7200' }: { value?: string }) => (
  <Choice
    name="forSeconds"
    label="For"
    value={value}
    options={[
      ['1800', '30 minutes'],
      ['7200', '2 hours'],
      ['28800', '8 hours'],
      ['86400', '1 day'],
      ['604800', '7 days'],
      ['2592000', '30 days'],
    ]}
  />
);

export const Reason = () => (
  <Text name="reason" label="Reason" required help="Kept in the audit, where everyone with an admin key can read it." />
);

/** The trimmed text of a field. */
export const textOf = (fields: FormData, name: string): string => String(fields.get(name) ?? '').trim();

/** The duration and the reason that every override needs. */
export const endAndReason = (fields: FormData) => ({
  forSeconds: Number(textOf(fields, 'forSeconds')),
  reason: textOf(fields, 'reason'),
});

export const Check = ({ name, isOn, children }: { name: string; isOn: boolean; children: ComponentChildren }) => (
  <label class="check">
    <input type="checkbox" name={name} defaultChecked={isOn} /> {children}
  </label>
);
