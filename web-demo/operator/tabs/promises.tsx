/** The state of all promises: one sentence, a card for each promise, and the reasons. */
import { useSignal } from '@preact/signals';
import type { MoneyReport } from '../../../worker/core/slo/history.ts';
import { mostUrgentFirst } from '../core/headline.ts';
import { averageCard, budgetCard, objectiveCard, worstFirst } from '../core/promise-card.ts';
import type { Cooldowns, Firing, Promises as PromisesReply } from '../core/replies.ts';
import { pathOf, usePage, useRead } from '../ui/context.ts';
import { FeatureFilter, Filters, TenantFilter, WindowFilter } from '../ui/filters.tsx';
import { Empty, Loaded } from '../ui/pieces.tsx';
import { BudgetPlot } from './promises/budget-plot.tsx';
import { BurnRates } from './promises/burn-rates.tsx';
import { PromiseCardOf } from './promises/card.tsx';
import { InCooldown } from './promises/cooldown.tsx';
import { Dependencies } from './promises/dependencies.tsx';
import { Durations } from './promises/durations.tsx';
import { Headline } from './promises/headline.tsx';

const MOST_CARDS = 12;

export function Promises() {
  const { filters, now } = usePage();
  const { tenant, feature, window } = filters;
  const asked = { tenant: tenant.value, feature: feature.value };
  const read = useRead<PromisesReply>(
    pathOf('slo', { ...asked, window: window.value === '30d' ? null : window.value }),
  );
  const cooldowns = useRead<Cooldowns>('cooldowns');
  const firing = useRead<Firing>('firing').value?.firing ?? [];
  const money = useRead<MoneyReport>(pathOf('money', { tenant: tenant.value })).value;
  const chosen = useSignal<string | null>(null);
  const hasAll = useSignal(false);
  const choose = (name: string) => {
    chosen.value = name;
  };
  const showAll = () => {
    hasAll.value = true;
  };
  return (
    <>
      <Filters>
        <TenantFilter />
        <FeatureFilter />
        <WindowFilter />
      </Filters>
      <Loaded read={read} rows={12}>
        {({ objectives, averages }) => {
          const sorted = worstFirst(objectives);
          const alarming = mostUrgentFirst(firing, now.value).find(({ objective }) => objective !== null)?.objective;
          const focus = sorted.find(({ name }) => name === (chosen.value ?? alarming)) ?? sorted[0];
          const cards = [
            ...sorted.map((one) => ({ card: objectiveCard(one, now.value), isObjective: true })),
            ...[...averages.map(averageCard), (money && budgetCard(money)) ?? []].flat().map((card) => {
              return { card, isObjective: false };
            }),
          ];
          return (
            <>
              <Headline objectives={objectives} firing={firing} cooldowns={cooldowns.value?.cooldowns ?? []} />
              {cards.length === 0 && <Empty>There are no promises for this tenant and feature.</Empty>}
              <ul class="cards">
                {(hasAll.value ? cards : cards.slice(0, MOST_CARDS)).map(({ card, isObjective }) => (
                  <PromiseCardOf
                    key={`${card.name} ${card.of}`}
                    card={card}
                    isChosen={isObjective && card.name === focus?.name}
                    choose={isObjective ? () => choose(card.name) : undefined}
                  />
                ))}
              </ul>
              {cards.length > MOST_CARDS && !hasAll.value && (
                <p>
                  <button type="button" class="quiet" onClick={showAll}>
                    Show all {cards.length} promises
                  </button>
                </p>
              )}
              {focus && (
                <div class="columns">
                  <BudgetPlot objective={focus} />
                  <BurnRates objective={focus} />
                  <Durations objective={focus} objectives={objectives} />
                  <InCooldown read={cooldowns} />
                  <Dependencies objectives={objectives} />
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}
