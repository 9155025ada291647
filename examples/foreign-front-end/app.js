import { travelMode } from 'https://ROUTER/travel.js';
import { chunksOf } from './events.js';

const ROUTER = 'https://ROUTER';
const $ = (id) => document.getElementById(id);

/** The token that this front end's own server mints for the person signed in. Offline the last one will do: the worker asks again. */
let token;
async function getToken() {
  const response = await fetch('/token').catch(() => undefined);
  if (response?.ok) token = (await response.json()).token;
  return token;
}

const signIn = (person) => travelMode({ person, getToken });
const travel = await signIn(localStorage.getItem('person'));

// The network strip.
const showStrip = (note = '') => {
  $('strip').dataset.connection = travel.connection;
  $('strip').value = `${travel.connection}${note}`;
};
travel.addEventListener('connection', () => showStrip());
travel.addEventListener('resuming', () => showStrip(', reconnecting'));
travel.addEventListener('resumed', () => showStrip());
showStrip();

$('mode').checked = travel.mode === 'travel';
$('mode').addEventListener('change', ({ target }) => travel.setMode(target.checked ? 'travel' : 'auto'));

travel.addEventListener('update', () => {
  $('update').hidden = false;
});
$('update').addEventListener('click', () => travel.update().then(() => location.reload()));

// The outbox.
async function showOutbox() {
  const questions = await travel.queue();
  $('outbox').replaceChildren(
    ...questions.map(({ id, state, askedAt, lastError }) => {
      const item = document.createElement('li');
      item.dataset.state = state;
      item.append(`${new Date(askedAt).toLocaleTimeString()}: ${state}${lastError ? ` (${lastError})` : ''} `);
      if (state === 'answered') item.append(button('Read', () => readAnswer(id)));
      if (state === 'failed' || state === 'expired') item.append(button('Send', () => travel.sendNow(id)));
      if (state !== 'sending') item.append(button('Remove', () => travel.cancel(id)));
      return item;
    }),
  );
}
travel.addEventListener('queue', showOutbox);
showOutbox();

async function readAnswer(id) {
  const answer = await (await travel.answer(id))?.json();
  if (answer) say('answered while you were away').append(answer.choices[0].message.content);
}

function button(text, onClick) {
  const made = document.createElement('button');
  made.textContent = text;
  made.addEventListener('click', onClick);
  return made;
}

// The chat.
$('ask').addEventListener('submit', async (event) => {
  event.preventDefault();
  const prompt = new FormData(event.target).get('prompt');
  event.target.reset();
  say('you').append(prompt);
  try {
    await ask(prompt);
  } catch (error) {
    say('not complete').append(error.message);
  }
});

async function ask(prompt) {
  const response = await fetch(`${ROUTER}/ai`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await getToken()}`,
      'content-type': 'application/json',
      'x-carryon-travel': 'queue',
    },
    body: JSON.stringify({ prompt, stream: true }),
  });
  if (response.headers.get('x-carryon-travel') === 'queued')
    return say('queued').append('sent when there is a network');
  if (!response.ok) throw new Error((await response.json()).error.message);
  const isStale = response.headers.get('x-carryon-travel') === 'stale';
  const answer = say(isStale ? `kept ${response.headers.get('age')} s ago` : 'live');
  const stop = button('Stop', () => travel.stop(response));
  answer.before(stop);
  try {
    for await (const chunk of chunksOf(travel.follow(response))) answer.append(chunk.choices[0]?.delta.content ?? '');
  } finally {
    stop.remove();
  }
}

/** Adds an entry to the chat and returns the element for its text. */
function say(label) {
  const item = document.createElement('li');
  const small = document.createElement('small');
  small.textContent = `${label} `;
  const text = document.createElement('span');
  item.append(small, text);
  item.dataset.label = label.split(' ')[0];
  $('chat').append(item);
  return text;
}

// Who is signed in.
function showPerson(person) {
  $('sign-in').hidden = person !== null;
  $('sign-out').hidden = person === null;
  $('signed-in').hidden = person === null;
}
showPerson(localStorage.getItem('person'));

$('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { person } = await (
    await fetch('/sign-in', { method: 'POST', body: new FormData(event.target).get('person') })
  ).json();
  localStorage.setItem('person', person);
  await signIn(person);
  showPerson(person);
});

$('sign-out').addEventListener('click', async () => {
  await travel.signOut();
  localStorage.removeItem('person');
  $('chat').replaceChildren();
  await fetch('/sign-out', { method: 'POST' });
  showPerson(null);
});

// Only now do the forms have listeners.
document.body.inert = false;
