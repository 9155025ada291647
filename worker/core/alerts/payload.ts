/** The body that a webhook gets. Names of users and tenants are untrusted input: in Slack they must not become mentions or links. */
import type { BudgetAlert } from './alert.ts';

/** What there is to tell. */
export type News = { type: 'budget.threshold_reached'; alert: BudgetAlert } | { type: 'test'; at: number };

/** The body as text. `json` has the shape that Standard Webhooks recommends: type, timestamp, data. */
export function bodyOf(news: News, format: 'slack' | 'json'): string {
  return JSON.stringify(format === 'slack' ? slackMessage(news) : jsonMessage(news));
}

function jsonMessage(news: News) {
  const timestamp = (at: number) => new Date(at).toISOString();
  if (news.type === 'test') return { type: news.type, timestamp: timestamp(news.at), data: { text: TEST_TEXT } };
  const { tenant, scope, period, percent, spentMicroUsd, capMicroUsd, at } = news.alert;
  return {
    type: news.type,
    timestamp: timestamp(at),
    data: { tenant, scope, period, thresholdPercent: percent, spentMicroUsd, capMicroUsd },
  };
}

/** An incoming webhook's message: `text` for notifications, `blocks` for the channel (docs.slack.dev, Block Kit). */
function slackMessage(news: News) {
  if (news.type === 'test') return { text: TEST_TEXT, blocks: [section(TEST_TEXT)] };
  const { tenant, scope, period, percent, spentMicroUsd, capMicroUsd } = news.alert;
  const kind = period.length === 7 ? 'monthly' : 'daily';
  const text = `${percent} % of a ${kind} budget is spent: ${escaped(tenant)}, ${escaped(scope)}`;
  const field = (name: string, value: string) => ({ type: 'mrkdwn' as const, text: `*${name}*\n${value}` });
  return {
    text,
    blocks: [
      section(`:warning: *${percent} %* of a ${kind} budget is spent`),
      {
        type: 'section' as const,
        fields: [
          field('Tenant', escaped(tenant)),
          field('Scope', escaped(scope)),
          field('Period (UTC)', period),
          field('Spent', `${usd(spentMicroUsd)} of ${usd(capMicroUsd)}`),
        ],
      },
    ],
  };
}

const TEST_TEXT = 'Carryon: this webhook works. Alerts about budgets will come here.';

const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });

/** Escapes Slack's three control characters: without them nothing becomes a mention or a link. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const usd = (microUsd: number): string => `$${(microUsd / 1e6).toFixed(microUsd < 1e6 ? 6 : 2)}`;
