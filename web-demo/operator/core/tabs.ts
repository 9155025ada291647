/** The views of the page; the address's hash names one. */
export const TABS = ['promises', 'requests', 'money', 'routing', 'alerts', 'keys', 'audit'] as const;
export type Tab = (typeof TABS)[number];

export const TAB_NAMES: Readonly<Record<Tab, string>> = {
  promises: 'Promises',
  requests: 'Requests',
  money: 'Money',
  routing: 'Routing',
  alerts: 'Alerts',
  keys: 'Keys',
  audit: 'Audit',
};

/** The tab that a hash such as `#money` names; undefined if it names none. */
export const tabOf = (hash: string): Tab | undefined => TABS.find((tab) => `#${tab}` === hash);
