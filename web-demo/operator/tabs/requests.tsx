/** Requests: a list that can be searched, and the receipt of the selected one. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Requests as RequestsReply } from '../core/replies.ts';
import { type Order, ordered, SEARCH_FIELDS, type Search, searchOf } from '../core/search.ts';
import { pathOf, usePage, useRead } from '../ui/context.ts';
import { Select } from '../ui/filters.tsx';
import { useOlder } from '../ui/older.ts';
import { Card, Empty } from '../ui/pieces.tsx';
import { ReceiptCard } from './requests/receipt-card.tsx';
import { RequestList } from './requests/request-list.tsx';

const PAGE = 100;

export function Requests() {
  const text = useSignal('');
  const search = useMemo(() => searchOf(text.value), [text.value]);
  const order = useSignal<string>('newest');
  const chosen = useSignal<string | null>(null);
  useEffect(() => {
    if (search.id !== null) chosen.value = search.id;
  }, [search.id, chosen]);
  return (
    <>
      <search class="search">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            text.value = String(new FormData(event.currentTarget).get('search') ?? '');
          }}
        >
          <input
            name="search"
            type="search"
            aria-label="Search requests"
            placeholder="feature:chat outcome:failed-over, or a request’s id"
            defaultValue={text.value}
            aria-describedby="search-help"
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
          />
          <button type="submit" class="quiet">
            Search
          </button>
          <Select
            label="order"
            of={order}
            options={[
              ['newest', 'newest first'],
              ['slowest', 'slowest first'],
              ['dearest', 'dearest first'],
            ]}
          />
        </form>
        <p
          class={search.problem === null ? 'beside' : 'trouble'}
          id="search-help"
          role={search.problem === null ? undefined : 'alert'}
        >
          {search.problem ?? `Requests of the last seven days. Fields: ${SEARCH_FIELDS}.`}
        </p>
      </search>
      <div class="columns is-list">
        <Found
          search={search}
          order={order.value as Order}
          chosen={chosen.value}
          choose={(id) => (chosen.value = id)}
        />
        {chosen.value === null ? (
          <Card title="No request selected">
            <Empty>Select one from the list, or search for the id in an answer’s x-request-id header.</Empty>
          </Card>
        ) : (
          <ReceiptCard id={chosen.value} />
        )}
      </div>
    </>
  );
}

function Found({
  search,
  order,
  chosen,
  choose,
}: {
  search: Search;
  order: Order;
  chosen: string | null;
  choose: (id: string) => void;
}) {
  const { now } = usePage();
  const path = search.problem === null ? pathOf('requests', { ...search.asked, most: PAGE }) : null;
  const read = useRead<RequestsReply>(path);
  const older = useOlder<RequestsReply>(path, read.value?.next ?? null);
  const all = [...(read.value?.requests ?? []), ...older.pages.flatMap(({ requests }) => requests)];
  const seen = new Set<string>();
  const unique = all.filter(({ requestId }) => !seen.has(requestId) && seen.add(requestId));
  const shown = ordered(unique.filter(search.shown), order);
  return (
    <RequestList
      read={read}
      shown={shown}
      looked={search.isNarrowed ? unique.length : null}
      older={older}
      chosen={chosen}
      choose={choose}
      now={now.value}
    />
  );
}
