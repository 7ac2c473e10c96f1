import { language, text } from './texts.js';

const REFRESH_MS = 3000;
const $ = (id) => document.getElementById(id);
const calls = new Map();
let me;
let timer;

/** An element with children; children that are text are text, never markup. */
const make = (tag, attributes, ...children) => {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
};

async function api(method, path, body) {
  const headers = body ? { 'Content-Type': 'application/json' } : {};
  const response = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  const answer = response.status === 204 ? null : await response.json();
  if (response.ok) return answer;
  if (response.status === 401) show(undefined);
  throw Object.assign(new Error(answer.detail), {
    status: response.status,
    wait: response.headers.get('Retry-After'),
  });
}

const say = (words) => ($('notice').textContent = words ?? '');

function show(person) {
  me = person;
  $('sign-in').hidden = Boolean(me);
  $('desk').hidden = $('sign-out').hidden = !me;
  $('who').textContent = me ? me.email : '';
  clearTimeout(timer);
  if (me) return void refresh();
  calls.clear();
  $('calls').replaceChildren();
  document.querySelector('audio').pause();
  $('player').hidden = true;
}

async function refresh() {
  clearTimeout(timer);
  try {
    const [page, owed] = await Promise.all([
      api('GET', '/calls?limit=100'),
      api('GET', '/follow-ups?limit=50'),
    ]);
    page.items.forEach(draw);
    $('no-calls').hidden = calls.size > 0;
    drawOwed(owed.items);
    say();
  } catch (error) {
    if (error.status !== 401) say(text('away'));
  }
  if (me) timer = setTimeout(refresh, REFRESH_MS);
}

const date = new Intl.DateTimeFormat(language, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const nameOf = (client) =>
  client ? [client.name, client.code].filter(Boolean).join(' · ') : text('unknown');
const callerOf = (call) => (call.client ? nameOf(call.client) : (text(call.callerKind) ?? text('unknown')));
const stateOf = (call) => call.outcome ?? (call.answeredAt ? 'talking' : 'ringing');

function lengthOf(call) {
  if (!call.answeredAt || !call.endedAt) return '';
  const seconds = Math.round((new Date(call.endedAt) - new Date(call.answeredAt)) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Draws a call's row where it is new or has changed; the others keep their focus. */
function draw(call) {
  const known = calls.get(call.id);
  const content = JSON.stringify(call);
  if (known?.content === content) return;
  const row = known?.row ?? make('tr', { id: call.id });
  const state = stateOf(call);
  const cell = (name, ...children) => {
    const made = make('td', { className: name }, ...children);
    made.dataset.label = text(name);
    return made;
  };
  row.replaceChildren(
    cell('time', make('time', { dateTime: call.startedAt }, date.format(new Date(call.startedAt)))),
    cell('client', callerOf(call)),
    cell('outcome', make('span', { className: `chip ${state}` }, text(state))),
    cell('manager', call.manager ? `${call.manager.name} (${call.manager.number})` : ''),
    cell('length', lengthOf(call)),
    cell('recording', ...(call.recordingId && call.endedAt ? [playButton(call)] : [])),
  );
  // Ids are ordered by time.
  if (!known) $('calls').insertBefore(row, [...$('calls').rows].find(({ id }) => id < call.id) ?? null);
  calls.set(call.id, { row, content });
}

function playButton(call) {
  const title = `${callerOf(call)}, ${date.format(new Date(call.startedAt))}`;
  const button = make(
    'button',
    { className: 'quiet', ariaLabel: `${text('play')}: ${title}` },
    `▶ ${text('play')}`,
  );
  button.onclick = () => {
    const audio = document.querySelector('audio');
    audio.src = `/api/v1/recordings/${call.recordingId}/audio`;
    $('playing').textContent = `${text('playing')} ${title}`;
    $('player').hidden = false;
    audio.play().catch((error) => say(error.message));
  };
  return button;
}

let drawn = '';
function drawOwed(owed) {
  if (drawn === JSON.stringify(owed)) return;
  drawn = JSON.stringify(owed);
  $('no-follow-ups').hidden = owed.length > 0;
  $('follow-ups').replaceChildren(
    ...owed.map((one) => {
      const owner = one.owner ? `${one.owner.name} (${one.owner.number})` : text('everybody');
      const facts = `${one.attempts} × ${text('attempts')} · ${date.format(new Date(one.openedAt))} · ${text('of')} ${owner}`;
      const item = make('li', {}, make('b', {}, nameOf(one.client)), make('span', {}, facts));
      if (me.rights.includes('follow-ups.close')) {
        const button = make(
          'button',
          { className: 'quiet', ariaLabel: `${text('close')}: ${nameOf(one.client)}` },
          text('close'),
        );
        button.onclick = () => close(one);
        item.append(button);
      }
      return item;
    }),
  );
}

async function close(followUp) {
  const reason = prompt(text('reason'));
  if (!reason) return;
  await api('POST', `/follow-ups/${followUp.id}/close`, { reason }).then(refresh, (error) =>
    say(error.message),
  );
}

$('sign-in').onsubmit = async (event) => {
  event.preventDefault();
  try {
    await api('POST', '/sign-in', { email: $('email').value, password: $('password').value });
    $('password').value = '';
    say();
    show(await api('GET', '/me'));
  } catch (error) {
    say(
      error.status === 401
        ? text('wrong')
        : error.status === 429
          ? text('tooMany').replace('{s}', error.wait)
          : error.message,
    );
  }
};

$('sign-out').onclick = () => api('POST', '/sign-out').finally(() => show(undefined));

document.documentElement.lang = language;
for (const element of document.querySelectorAll('[data-text]'))
  element.textContent = text(element.dataset.text);
api('GET', '/me').then(show, () => show(undefined));
