import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, open, settle, shown, Tab } from './talk-bench.ts';

describe('the outbox', () => {
  it('gives each question its answer once, in its place', async () => {
    const { world, tab } = await open();
    const other = await Tab.open(world);
    world.isOnline = false;
    tab.talk.ask('One?');
    await settle();
    tab.talk.ask('Two?');
    await settle();
    expect(shown(tab)).toEqual([
      ['One?', '', 'waiting'],
      ['Two?', '', 'waiting'],
    ]);
    expect(tab.talk.heads.value[0]?.waiting).toBe(2);
    expect(tab.queue.entries.value).toMatchObject([{ question: 'One?', state: 'waiting' }, { question: 'Two?' }]);
    world.answerQueue((id) => `Answer of ${id}`);
    await settle();
    expect(shown(tab)).toEqual([
      ['One?', 'Answer of q1', 'complete'],
      ['Two?', 'Answer of q2', 'complete'],
    ]);
    expect(world.queue).toEqual([]);
    expect(tab.queue.entries.value).toEqual([]);
    other.talk.openChat(tab.talk.open.value.id);
    await settle();
    expect(shown(other)).toEqual(shown(tab));
  });

  it('remembers which attempts were made before, and so does a question that failed', async () => {
    const attempts = [{ deployment: 'a', result: 'server_error', status: 503 }];
    for (const [headers, state] of [
      [{ 'x-carryon-travel': 'queued', 'x-carryon-travel-id': 'q1', 'x-carryon-travel-cause': 'http_503' }, 'waiting'],
      [{ 'x-carryon-travel': 'live' }, 'failed'],
    ] as const) {
      const { world, tab } = await open();
      const body = { error: { code: 'providers_unavailable' }, carryon: { attempts, cooldowns: [], costUsd: 0 } };
      world.refusal = new Response(JSON.stringify(body), { status: 503, headers });
      tab.talk.ask('One?');
      await settle();
      expect(tab.turns[0]?.outcome).toMatchObject({ state, facts: { attempts } });
    }
  });

  it('is read at the next visit', async () => {
    const { world, tab } = await open();
    world.isOnline = false;
    tab.talk.ask('One?');
    await settle();
    tab.kill();
    world.answerQueue(() => 'Done.');
    const next = await Tab.open(world);
    await settle();
    expect(shown(next)).toEqual([['One?', 'Done.', 'complete']]);
    expect(next.turns[0]?.outcome).toMatchObject({ facts: { source: { kind: 'queued' } } });
  });

  it('shows what failed in it, sends that under another id, and forgets what is cancelled', async () => {
    const { world, tab } = await open();
    world.isOnline = false;
    tab.talk.ask('One?');
    await settle();
    Object.assign(world.queue[0] ?? {}, { state: 'failed', lastError: 'budget_exceeded' });
    tab.travel.dispatchEvent(new Event('queue'));
    await settle();
    expect(tab.turns[0]?.outcome).toMatchObject({
      state: 'failed',
      queueId: 'q1',
      problem: { code: 'budget_exceeded' },
    });
    await tab.talk.sendNow('q1');
    expect(tab.turns[0]?.outcome).toEqual({ state: 'waiting', queueId: 'q1-anew' });
    await tab.talk.cancel('q1-anew');
    expect(tab.turns[0]?.outcome).toMatchObject({ state: 'failed', problem: { code: 'cancelled' } });
    expect(world.queue).toEqual([]);
  });

  it('says so where the browser has forgotten a question', async () => {
    const { world, tab } = await open();
    world.isOnline = false;
    tab.talk.ask('One?');
    await settle();
    tab.kill();
    world.queue = [];
    const next = await Tab.open(world);
    await settle();
    expect(next.turns[0]?.outcome).toMatchObject({ state: 'failed', problem: { code: 'expired' } });
  });

  it('drops the questions of a conversation that is deleted, and of a turn that is edited', async () => {
    const { world, tab } = await open();
    world.isOnline = false;
    tab.talk.ask('One?');
    await settle();
    tab.talk.editLast('Other?');
    await settle();
    expect(world.queue.length).toBe(1);
    expect(shown(tab)).toEqual([['Other?', '', 'waiting']]);
    await tab.talk.deleteChat(tab.talk.open.value.id);
    await settle();
    expect(world.queue).toEqual([]);
    expect(tab.turns).toEqual([]);
    expect([...world.notes.keys()].filter((name) => name !== 'open')).toEqual([]);
  });
});

describe('a question that comes into the outbox', () => {
  it('while another tab opens is not taken for one that the browser has forgotten', async () => {
    const { world, tab } = await open();
    tab.talk.ask('One?');
    await answer(world, '1');
    world.isOnline = false;
    const other = new Tab(world);
    const { queue } = other.travel;
    other.travel.queue = async () => {
      const before = await queue();
      other.travel.queue = queue;
      tab.talk.ask('Two?');
      await settle();
      return before;
    };
    await other.talk.load();
    await settle();
    expect(shown(tab).at(-1)).toEqual(['Two?', '', 'waiting']);
  });

  it('and is answered before its conversation knows that it waits has its answer all the same', async () => {
    const { world, tab } = await open();
    world.isOnline = false;
    tab.talk.ask('One?');
    while (world.queue.length === 0) await undefined;
    world.answerQueue(() => 'Done.');
    await settle();
    expect(shown(tab)).toEqual([['One?', 'Done.', 'complete']]);
  });
});

describe('two tabs', () => {
  it('lose nothing that either of them asks in one conversation', async () => {
    const { world, tab } = await open();
    tab.talk.ask('One?');
    await answer(world, '1');
    const other = await Tab.open(world);
    expect(shown(other)).toEqual([['One?', '1', 'complete']]);
    tab.talk.ask('Two?');
    other.talk.ask('Three?');
    await settle();
    for (const generation of world.generations.slice(1)) {
      generation.write(generation.question);
      generation.done();
    }
    await settle();
    const texts = (one: Tab) => one.turns.map(({ text }) => text).sort();
    expect(texts(tab)).toEqual(['1', 'Three?', 'Two?']);
    expect(shown(other)).toEqual(shown(tab));
  });

  it('do not overwrite what is being written', async () => {
    const { world, tab } = await open();
    tab.talk.ask('One?');
    await answer(world, '1');
    const other = await Tab.open(world);
    other.talk.draft.value = 'mine';
    tab.talk.draft.value = 'theirs';
    tab.timePasses();
    await settle();
    expect(other.talk.draft.value).toBe('mine');
  });

  it('show the same draft while only one of them writes, and none once it is asked', async () => {
    const { world, tab } = await open();
    tab.talk.ask('One?');
    await answer(world, '1');
    const other = await Tab.open(world);
    for (const draft of ['Ha', 'Half a thought']) {
      tab.talk.draft.value = draft;
      tab.timePasses();
      await settle();
      expect(other.talk.draft.value).toBe(draft);
    }
    tab.talk.ask('Half a thought');
    await settle();
    expect(other.talk.draft.value).toBe('');
  });

  it('that ask again at the same moment pay for one answer', async () => {
    const { world, tab } = await open();
    tab.talk.ask('One?');
    await answer(world, '1');
    const other = await Tab.open(world);
    for (const one of [tab, other]) one.talk.askAgain(one.turns[0]?.id ?? '');
    await settle();
    expect(world.paid).toBe(2);
    for (const generation of world.generations.slice(1)) {
      generation.write('2');
      generation.done();
    }
    await settle();
    for (const one of [tab, other]) expect(shown(one)).toEqual([['One?', '2', 'complete']]);
  });

  it('show an answer that was asked for again where the other one has deleted the conversation', async () => {
    const { world, tab } = await open();
    tab.talk.ask('One?');
    await answer(world, '1');
    const other = await Tab.open(world);
    await other.talk.deleteChat(tab.talk.open.value.id);
    tab.talk.askAgain(tab.turns[0]?.id ?? '');
    await answer(world, '2');
    expect(shown(tab)).toEqual([['One?', '2', 'complete']]);
    expect(tab.talk.heads.value.length).toBe(1);
  });

  it('have no answer to a conversation that the other one has deleted', async () => {
    const { world, tab } = await open();
    const other = await Tab.open(world);
    tab.talk.ask('One?');
    await settle();
    await other.talk.deleteChat(tab.talk.open.value.id);
    await answer(world, '1');
    expect([...world.notes.keys()].filter((name) => name.startsWith('chat:'))).toEqual([]);
    expect(other.talk.heads.value).toEqual([]);
  });
});

describe('what is kept', () => {
  it('is in memory where the browser keeps nothing, and the page knows', async () => {
    const { world, tab } = await open();
    world.isFull = true;
    tab.talk.ask('One?');
    await answer(world, '1');
    const first = tab.talk.open.value.id;
    tab.talk.newChat();
    await settle();
    tab.talk.openChat(first);
    await settle();
    expect(shown(tab)).toEqual([['One?', '1', 'complete']]);
    expect(tab.talk.isKept.value).toBe(false);
  });

  it('is not said to be kept again by the next small note that is', async () => {
    const { world, tab } = await open();
    tab.talk.ask('x'.repeat(300_000));
    await answer(world, '1');
    expect(tab.talk.isKept.value).toBe(false);
    // Otherwise a line that opens nothing would stay in the list.
    expect((await Tab.open(world)).talk.heads.value).toEqual([]);
    tab.talk.editLast('Shorter?');
    await answer(world, '2');
    expect(tab.talk.isKept.value).toBe(true);
  });

  it('gives up the conversations that were not touched for longest, and none that waits', async () => {
    const { world, tab } = await open();
    for (let chat = 0; chat < 155; chat++) {
      world.isOnline = chat !== 1;
      tab.talk.ask(`Question ${chat}?`);
      if (chat === 1) await settle();
      else await answer(world, 'x');
      tab.talk.newChat();
      await settle();
    }
    const titles = tab.talk.heads.value.map(({ title }) => title);
    expect(titles.length).toBe(152);
    expect(titles.slice(-2)).toEqual(['Question 4?', 'Question 1?']);
    expect(world.notes.size).toBeLessThan(500);
  });

  it('has the draft of a chat that was begun and left', async () => {
    const { world, tab } = await open();
    tab.talk.ask('One?');
    await answer(world, '1');
    const first = tab.talk.open.value.id;
    tab.talk.newChat();
    await settle();
    tab.talk.draft.value = 'Begun';
    tab.talk.openChat(first);
    await settle();
    expect(tab.talk.draft.value).toBe('');
    tab.talk.newChat();
    await settle();
    expect(tab.talk.draft.value).toBe('Begun');
  });
});

it('two tabs that ask in one conversation at the same moment pay once for each question, however slow their notes are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat(12)), async (ticks) => {
      const { world, tab } = await open();
      tab.talk.ask('First?');
      await answer(world, 'One.');
      const other = await Tab.open(world, tab.address);
      world.pause = async () => {
        for (let left = ticks.next().value; left > 0; left--) await Promise.resolve();
      };
      tab.talk.ask('Second?');
      other.talk.ask('Third?');
      await settle();
      for (const { write, done } of world.generations.slice(1)) {
        write('More.');
        done();
      }
      // Anything still asked for then would be paid for again.
      for (let turn = 0; turn < 5; turn++) await settle();
      expect(world.generations.map(({ question }) => question).sort()).toEqual(['First?', 'Second?', 'Third?']);
      expect(
        shown(tab)
          .map(([question]) => question)
          .sort(),
      ).toEqual(['First?', 'Second?', 'Third?']);
      expect(shown(other)).toEqual(shown(tab));
      expect(shown(tab).every(([, , state]) => state === 'complete')).toBe(true);
    }),
  );
});
