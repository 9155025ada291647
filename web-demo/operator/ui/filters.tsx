/** The filters of a view: the tenant, the feature, the window. */
import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { usePage } from './context.ts';

export const Filters = ({ children }: { children: preact.ComponentChildren }) => (
  <search class="filters">{children}</search>
);

/** Takes any tenant's name and suggests the ones in config. If it is empty, all tenants are shown. */
export function TenantFilter({ all = 'all tenants', names }: { all?: string; names?: readonly string[] | undefined }) {
  const { filters, session } = usePage();
  const id = useId();
  return (
    <label class="filter">
      <span>tenant</span>
      <input
        list={id}
        placeholder={all}
        value={filters.tenant.value ?? ''}
        spellcheck={false}
        autocomplete="off"
        onChange={(event) => {
          filters.tenant.value = event.currentTarget.value.trim() || null;
        }}
      />
      <datalist id={id}>
        {(names ?? session.config.tenants.map(({ name }) => name)).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </label>
  );
}

export function FeatureFilter() {
  const { filters, session } = usePage();
  return (
    <Select
      label="feature"
      of={filters.feature}
      options={[['', 'all'], ...session.config.features.map(({ name }) => [name, name] as const)]}
    />
  );
}

const WINDOWS = [
  ['1h', 'last hour'],
  ['6h', 'last 6 hours'],
  ['1d', 'last day'],
  ['7d', 'last 7 days'],
  ['30d', 'last 30 days'],
  ['60d', 'last 60 days'],
] as const;

export const WindowFilter = () => <Select label="window" of={usePage().filters.window} options={WINDOWS} />;

export function Select({
  label,
  of,
  options,
}: {
  label: string;
  of: Signal<string | null> | Signal<string>;
  options: readonly (readonly [value: string, text: string])[];
}) {
  const chosen = of as Signal<string | null>;
  return (
    <label class="filter">
      <span>{label}</span>
      <select
        value={chosen.value ?? ''}
        onChange={(event) => {
          chosen.value = event.currentTarget.value || null;
        }}
      >
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
