import { describe, expect, it } from 'vitest';
import { answer, last, open, settle, shown, Tab } from './talk-bench.ts';

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
      ...{ max_tokens: 1_280, stream: true, stream_options: { include_usage: true } },
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
    let answers = () => {};
    world.heldUntil = new Promise((resolve) => {
      answers = resolve;
    });
    tab.talk.ask('And?');
    await settle();
    tab.talk.stop();
    await settle();
    expect(shown(tab)[1]).toEqual(['And?', '', 'stopped']);
    answers();
    await settle();
    expect(world.stopped).toEqual(['s1', 's2']);
  });

  it('sends nothing where it is stopped before it could be sent', async () => {
    const { world, tab } = await open();
    tab.talk.ask('Why?');
    tab.talk.stop();
    await settle();
    expect([shown(tab), world.generations]).toEqual([[['Why?', '', 'stopped']], []]);
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

  it('loses no edited question where it cannot be asked in its place', async () => {
    const { world, tab } = await open();
    world.isOnline = false;
    tab.talk.ask('Why?');
    await settle();
    tab.talk.draft.value = 'A draft';
    tab.travel.cancel = async () => false;
    tab.talk.editLast('Why not?');
    await settle();
    expect([shown(tab), tab.talk.draft.value]).toEqual([[['Why?', '', 'waiting']], 'A draft\n\nWhy not?']);
    const id = tab.talk.open.value.id;
    tab.talk.editLast('Or so?');
    tab.talk.newChat();
    await settle();
    expect(tab.talk.draft.value).toBe('');
    tab.talk.openChat(id);
    await settle();
    expect(tab.talk.draft.value).toBe('A draft\n\nWhy not?\n\nOr so?');
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

  it('leaves the next page an answer whose first word and cost that page has not seen', async () => {
    const { world, tab } = await open();
    tab.talk.ask('Why?');
    await settle();
    tab.kill();
    const next = await Tab.open(world);
    await settle();
    last(world).write('Because.');
    // As the router says to every request but the one that is charged.
    last(world).done({ carryon: { attempts: [], cooldowns: [], costUsd: 0 } });
    await settle();
    expect(next.turns[0]?.outcome).toMatchObject({ state: 'complete', facts: { costUsd: null, firstWordMs: null } });
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

  it('keeps its draft while somebody types without a pause', async () => {
    const { world, tab } = await open();
    tab.talk.draft.value = 'Half';
    tab.talk.draft.value = 'Half a thou';
    expect(tab.timers.length).toBe(1);
    tab.timePasses();
    await settle();
    tab.talk.draft.value = 'Half a thought';
    tab.kill();
    expect((await Tab.open(world)).talk.draft.value).toBe('Half a thou');
  });
});
