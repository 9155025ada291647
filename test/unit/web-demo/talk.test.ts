import { describe, expect, it } from 'vitest';
import { settle, Tab, World } from './talk-bench.ts';

const open = async () => {
  const world = new World();
  return { world, tab: await Tab.open(world) };
};
const last = (world: World) => {
  const generation = world.generations.at(-1);
  if (generation === undefined) throw new Error('nothing was asked');
  return generation;
};
const answer = async (world: World, text: string) => {
  await settle();
  last(world).write(text);
  last(world).done();
  await settle();
};
const shown = (tab: Tab) => tab.turns.map(({ question, text, outcome }) => [question, text, outcome.state]);

describe('asking', () => {
  it('shows the text as it comes, once a frame, and then the whole turn', async () => {
    const { world, tab } = await open();
    tab.talk.ask('Why?');
    expect(shown(tab)).toEqual([['Why?', '', 'asking']]);
    await settle();
    last(world).write('One ');
    last(world).write('two');
    await settle();
    expect(tab.frames.length).toBe(1);
    expect(tab.talk.live.value?.text.value).toBe('');
    tab.frame();
    expect(tab.talk.live.value?.text.value).toBe('One two');
    last(world).done();
    await settle();
    expect(tab.talk.live.value).toBeNull();
    expect(shown(tab)).toEqual([['Why?', 'One two', 'complete']]);
    expect(tab.talk.last.value?.facts).toMatchObject({ costUsd: 0.001, outputTokens: 5, source: { kind: 'live' } });
    expect(tab.spent.usd.value).toBeCloseTo(0.001);
    expect(JSON.parse(last(world).body)).toEqual({
      messages: [{ role: 'user', content: 'Why?' }],
      ...{ max_tokens: 2_048, stream: true, stream_options: { include_usage: true } },
    });
    expect(last(world).headers.get('x-carryon-travel')).toBe('queue');
  });

  it('sends the conversation along', async () => {
    const { world, tab } = await open();
    tab.talk.ask('Why?');
    await answer(world, 'Because.');
    tab.talk.ask('Really?');
    await settle();
    expect(JSON.parse(last(world).body).messages).toEqual([
      { role: 'user', content: 'Why?' },
      { role: 'assistant', content: 'Because.' },
      { role: 'user', content: 'Really?' },
    ]);
  });

  it('has one answer at a time in a conversation, and one in each of several', async () => {
    const { world, tab } = await open();
    tab.talk.draft.value = ' One?\n';
    tab.talk.ask('One?');
    expect(tab.talk.draft.value).toBe('');
    tab.talk.draft.value = 'kept';
    tab.talk.ask('Two?');
    expect(tab.talk.draft.value).toBe('kept');
    const first = tab.talk.open.value.id;
    tab.talk.newChat();
    await settle();
    expect(tab.talk.live.value).toBeNull();
    tab.talk.ask('Three?');
    await settle();
    expect(world.generations.map(({ question }) => question)).toEqual(['One?', 'Three?']);
    expect(tab.talk.heads.value.map(({ title, isAsking }) => [title, isAsking])).toEqual([
      ['Three?', true],
      ['One?', true],
    ]);
    world.generations[0]?.write('1');
    world.generations[0]?.done();
    await settle();
    expect(shown(tab)).toEqual([['Three?', '', 'asking']]);
    tab.talk.openChat(first);
    await settle();
    expect(shown(tab)).toEqual([['One?', '1', 'complete']]);
  });

  it('calls nothing complete without [DONE], and keeps what came', async () => {
    const { world, tab } = await open();
    tab.talk.ask('Why?');
    await settle();
    last(world).write('Because of');
    last(world).cut();
    await settle();
    expect(tab.turns[0]).toMatchObject({
      text: 'Because of',
      outcome: { state: 'failed', problem: { code: 'stream_lost' }, facts: { requestId: 'r1' } },
    });
    tab.talk.askAgain(tab.turns[0]?.id ?? '');
    await settle();
    last(world).write('B');
    last(world).fail('stream_interrupted');
    await settle();
    expect(tab.turns[0]).toMatchObject({ text: 'B', outcome: { problem: { code: 'stream_interrupted' } } });
  });

  it.each([
    ['a refusal', 429, { error: { code: 'budget_exceeded', message: 'Spent.' } }, 'budget_exceeded'],
    ['a page of somebody else', 200, undefined, 'stream_lost'],
    ['a gateway', 502, '<html>', 'unreadable'],
  ])('says why there is no answer: %s', async (_, status, body, code) => {
    const { world, tab } = await open();
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? { hello: 'portal' });
    world.refusal = new Response(text, { status, headers: { 'retry-after': '60' } });
    tab.talk.ask('Why?');
    await settle();
    expect(tab.turns[0]?.outcome).toMatchObject({ state: 'failed', problem: { code } });
  });

  it('stops at once, also before there is a word, and tells the router', async () => {
    const { world, tab } = await open();
    tab.talk.ask('Why?');
    await settle();
    last(world).write('Because');
    await settle();
    tab.talk.stop();
    await settle();
    expect(shown(tab)).toEqual([['Why?', 'Because', 'stopped']]);
    expect(world.stopped).toEqual(['s1']);
    tab.talk.ask('And?');
    tab.talk.stop();
    await settle();
    expect(shown(tab)[1]).toEqual(['And?', '', 'stopped']);
    await settle();
    expect(world.stopped).toEqual(['s1', 's2']);
  });

  it('edits the last question in its place, and leaves the draft alone', async () => {
    const { world, tab } = await open();
    tab.talk.draft.value = 'kept';
    tab.talk.ask('Why?');
    await answer(world, 'Because.');
    tab.talk.editLast('Why not?');
    await answer(world, 'No reason.');
    expect(shown(tab)).toEqual([['Why not?', 'No reason.', 'complete']]);
    expect(JSON.parse(last(world).body).messages).toEqual([{ role: 'user', content: 'Why not?' }]);
    expect(tab.talk.heads.value[0]?.title).toBe('Why not?');
    expect(tab.talk.draft.value).toBe('kept');
  });

  it('asks again for a new answer, and gives the old one back where none comes', async () => {
    const { world, tab } = await open();
    tab.talk.ask('Why?');
    await answer(world, 'Because.');
    const id = tab.turns[0]?.id ?? '';
    tab.talk.askAgain(id);
    await answer(world, 'Therefore.');
    expect(shown(tab)).toEqual([['Why?', 'Therefore.', 'complete']]);
    expect(world.paid).toBe(2);
    expect(last(world).headers.get('x-carryon-cache')).toBe('no-store');
    world.isOnline = false;
    tab.talk.askAgain(id);
    await settle();
    expect(tab.turns[0]).toMatchObject({
      text: 'Therefore.',
      outcome: { state: 'complete', again: { code: 'offline' } },
    });
    expect(world.queue).toEqual([]);
  });
});

describe('a tab that dies', () => {
  it('loses no question, and nobody pays twice', async () => {
    const { world, tab } = await open();
    tab.talk.ask('Why?');
    await settle();
    last(world).write('Beca');
    await settle();
    tab.kill();
    const next = await Tab.open(world);
    await settle();
    expect(shown(next)).toEqual([['Why?', '', 'asking']]);
    expect(next.talk.live.value?.turnId).toBe(next.turns[0]?.id);
    expect(new Set(world.generations.map(({ body }) => body)).size).toBe(1);
    await answer(world, 'Because.');
    expect(shown(next)).toEqual([['Why?', 'Because.', 'complete']]);
    expect(world.paid).toBe(1);
    expect(next.spent.usd.value).toBeCloseTo(0.001);
  });

  it('while it asked again: the same key', async () => {
    const { world, tab } = await open();
    tab.talk.ask('Why?');
    await answer(world, 'Because.');
    tab.talk.askAgain(tab.turns[0]?.id ?? '');
    await settle();
    tab.kill();
    const next = await Tab.open(world);
    await answer(world, 'Therefore.');
    expect(shown(next)).toEqual([['Why?', 'Therefore.', 'complete']]);
    expect(world.paid).toBe(2);
  });

  it('is taken over by another tab that is open', async () => {
    const { world, tab } = await open();
    const other = await Tab.open(world);
    tab.talk.ask('Why?');
    await settle();
    expect(other.talk.heads.value).toMatchObject([{ title: 'Why?', isAsking: true }]);
    expect(world.generations.length).toBe(1);
    tab.kill();
    await settle();
    expect(world.generations.length).toBe(2);
    await answer(world, 'Because.');
    other.talk.openChat(other.talk.heads.value[0]?.id ?? '');
    await settle();
    expect(shown(other)).toEqual([['Why?', 'Because.', 'complete']]);
    expect(world.paid).toBe(1);
  });

  it('keeps its draft from the last pause in typing on', async () => {
    const { world, tab } = await open();
    tab.talk.draft.value = 'Half a thou';
    tab.pauseInTyping();
    await settle();
    tab.talk.draft.value = 'Half a thought';
    tab.kill();
    expect((await Tab.open(world)).talk.draft.value).toBe('Half a thou');
  });
});

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

  it('tells what failed in it, sends that under another id, and forgets what is cancelled', async () => {
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
    tab.pauseInTyping();
    await settle();
    expect(other.talk.draft.value).toBe('mine');
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
