/** The few icons of the page, drawn in the colour of the text. */
import type { ComponentChildren } from 'preact';

const Icon = ({ children }: { children: ComponentChildren }) => (
  <svg
    class="icon"
    viewBox="0 0 20 20"
    width="20"
    height="20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    {children}
  </svg>
);

/** The logo: a suitcase with a signal in it. */
export const Logo = () => (
  <svg class="logo" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
    <path
      fill="currentColor"
      d="M9 2h6a2 2 0 0 1 2 2v2h1.5A3.5 3.5 0 0 1 22 9.5v9A3.5 3.5 0 0 1 18.5 22h-13A3.5 3.5 0 0 1 2 18.5v-9A3.5 3.5 0 0 1 5.5 6H7V4a2 2 0 0 1 2-2Zm.2 2.2V6h5.6V4.2Z"
    />
    <path
      class="logo-signal"
      fill="none"
      stroke-width="1.8"
      stroke-linecap="round"
      d="M7 12.4a7.6 7.6 0 0 1 10 0M9.3 15.2a4.3 4.3 0 0 1 5.4 0"
    />
    <circle class="logo-dot" cx="12" cy="17.8" r="1.2" />
  </svg>
);

export const MenuIcon = () => (
  <Icon>
    <path d="M3.5 6h13M3.5 10h13M3.5 14h13" />
  </Icon>
);

export const PlugIcon = () => (
  <Icon>
    <path d="M7 3v4M13 3v4M5 7h10v2.5a5 5 0 0 1-10 0ZM10 14.5V18" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon>
    <path d="M4.5 10h.01M10 10h.01M15.5 10h.01" stroke-width="2.4" />
  </Icon>
);

export const CopyIcon = () => (
  <Icon>
    <rect x="7" y="7" width="9.5" height="9.5" rx="2" />
    <path d="M13 4.5a1.5 1.5 0 0 0-1.5-1.2H5A1.7 1.7 0 0 0 3.3 5v6.5A1.5 1.5 0 0 0 4.5 13" />
  </Icon>
);

export const DoneIcon = () => (
  <Icon>
    <path d="m4.5 10.5 3.7 3.7 7.3-8" />
  </Icon>
);

export const AgainIcon = () => (
  <Icon>
    <path d="M16 10a6 6 0 1 1-1.9-4.4M16.2 3v3.4h-3.4" />
  </Icon>
);

export const PencilIcon = () => (
  <Icon>
    <path d="m4 16 .8-3.4L13.3 4a1.5 1.5 0 0 1 2.1 0l.6.6a1.5 1.5 0 0 1 0 2.1l-8.6 8.5Z" />
  </Icon>
);
