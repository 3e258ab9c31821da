// Checks people in from a list on the phone, and tells the server as soon as it can. Without this file
// the page's own forms do it.

import { openStore } from './door-store.js';
import { startScan } from './door-scan.js';

const BATCH = 25; // facts; the server takes no more
const FIRST_PAUSE = 2000; // milliseconds; doubled at each try
const LONGEST_PAUSE = 60_000;
const FRESH = 60_000; // milliseconds between two looks at what other phones did
const MOST_FOUND = 20;
const PATIENCE = 20_000; // milliseconds for one answer: half a connection counts as none

const root = document.getElementById('deur');
const part = (id) => document.getElementById(id);
const words = JSON.parse(root.dataset.words);
const language = document.documentElement.lang;
const say = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? '');
const inAmsterdam = new Intl.DateTimeFormat('nl', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Amsterdam' });
/** A time as the server's own pages write it. */
const clock = (at) => {
  const [hour, minute] = inAmsterdam.format(new Date(at)).split(':');
  return language === 'nl' ? `${Number(hour)}.${minute} uur` : `${Number(hour)}:${minute}`;
};
const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

const store = await openStore(root.dataset.event);
const phone = await store.phone();
let list = null; // { seated, forget_at, opens_at, offset, people }
let shown = null; // { id, fact } of the outcome on the screen
let pause = FIRST_PAUSE;
let timer = 0;
let sending = false;
let again = false; // something was noted down while we were sending

/** Makes an element; text is only ever text. */
function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

function button(label, name, act, tone = '') {
  const made = element('button', { type: 'button', ...(tone && { class: tone }) }, label, element('span', { class: 'vh' }, ` ${name}`));
  made.addEventListener('click', act);
  return made;
}

/** The outcome in words, colour and a sign; with sound when that was asked for. */
function show(answer, person, inside, place) {
  const key = answer === 'already' && inside && inside.phone !== phone ? 'elsewhere' : answer;
  const { tone, icon, title, text } = words.answers[key];
  const values = {
    name: person?.name ?? '', sessions: person?.sessions.join(', ') ?? '', place: place ?? '?', opens: words.opens,
    time: inside ? clock(inside.at) : '',
  };
  const box = element('section', { class: `outcome ${tone}` },
    element('h2', {}, element('span', { 'aria-hidden': 'true' }, icon), ' ', element('bdi', {}, say(title, values))),
    element('p', {}, say(text, values)));
  if (inside && (answer === 'checked_in' || answer === 'already')) {
    box.append(button(words.undo, values.name, () => undo(person, inside), 'small quiet'));
  }
  const had = part('uitslag').contains(document.activeElement);
  part('uitslag').replaceChildren(box);
  if (had) {
    box.tabIndex = -1;
    box.focus();
  }
  shown = { id: person?.id, fact: inside?.id };
  if (part('geluid').checked) signal(tone === 'good');
}

function signal(good) {
  navigator.vibrate?.(good ? 80 : [120, 80, 120]);
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  tone.frequency.value = good ? 880 : 220;
  tone.connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.2);
  tone.onended = () => audio.close();
}

const known = (id) => list?.people.find((one) => one.id === id);

function count() {
  const inside = list.people.filter((one) => one.inside).length;
  part('telling').textContent = say(words.count, { inside, seated: list.seated });
}

/** Keeps the list as it is now known, and shows it. */
async function keep() {
  await store.keepList(list);
  count();
  search();
}

/** Downloads the list; what this phone has yet to send stays as it was. */
async function refresh() {
  const people = [];
  let page = { cursor: '' };
  let first = null;
  do {
    const url = new URL(root.dataset.api, location.origin);
    if (page.cursor) url.searchParams.set('cursor', page.cursor);
    page = await ask(url);
    first ??= page;
    people.push(...page.people);
  } while (page.cursor);
  const listed = new Map(people.map((one) => [one.id, one]));
  for (const fact of await store.waiting()) {
    const person = listed.get(fact.registration);
    if (person && fact.kind === 'check_in') person.inside ??= { id: fact.id, at: fact.at, phone };
    if (person && fact.kind === 'undo' && person.inside?.id === fact.id) person.inside = null;
  }
  const { seated, forget_at, opens_at } = first;
  list = { seated, forget_at, opens_at, offset: Date.parse(first.now) - Date.now(), people: [...listed.values()] };
  await keep();
}

class Refused extends Error {
  constructor(status, code) {
    super(code ?? String(status));
    this.status = status;
  }
}

async function ask(url, body = undefined) {
  const answer = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'Content-Type': 'application/json', 'X-CSRF-Token': root.dataset.csrf } : {},
    body: body && JSON.stringify(body),
    credentials: 'same-origin',
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) throw new Refused(answer.status, (await answer.json().catch(() => ({}))).code);
  return answer.json();
}

/** Writes a fact down before anything else: from here on nothing is lost. */
async function note(kind, person, id, at) {
  await store.add({ kind, registration: person.id, id, at });
  // By id: the list may have come anew since `person` was shown.
  for (const one of [person, known(person.id)]) if (one) one.inside = kind === 'undo' ? null : { id, at, phone };
  await keep();
  sync();
}

async function checkIn(person) {
  if (person.state !== 'seated') return show(person.state, person, null, person.place_in_line);
  if (person.inside) return show('already', person, person.inside);
  const now = Date.now() + (list.offset ?? 0);
  if (now < Date.parse(list.opens_at)) return show('too_early', person);
  await note('check_in', person, crypto.randomUUID(), new Date(now).toISOString());
  show('checked_in', person, person.inside);
}

async function undo(person, inside) {
  await note('undo', person, inside.id, new Date(Date.now() + (list.offset ?? 0)).toISOString());
  show('undone', person);
}

/** Sends what waits, oldest first, and again later when that fails. */
async function sync() {
  again = sending;
  if (sending) return;
  sending = true;
  clearTimeout(timer);
  try {
    for (;;) {
      const facts = (await store.waiting()).slice(0, BATCH);
      if (!facts.length) break;
      const sent = facts.map(({ id, kind, registration, at }) => ({ id, kind, registration, at }));
      const { answers } = await ask(root.dataset.api, { phone, facts: sent });
      let busy = false;
      for (const [index, told] of answers.entries()) {
        if (told.answer === 'busy') busy = true;
        else await settle(facts[index], told);
      }
      await keep();
      if (busy) throw new Error('busy');
    }
    await refresh();
    pause = FIRST_PAUSE;
    status(words.online);
    timer = setTimeout(sync, FRESH);
  } catch (error) {
    await trouble(error);
    timer = setTimeout(sync, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  } finally {
    sending = false;
  }
  if (again) sync();
}

/** Takes the server's word, and says so where it is not what the volunteer was told. */
async function settle(fact, told) {
  const person = known(fact.registration);
  if (person) person.inside = told.inside;
  const expected = fact.kind === 'undo' ? 'undone' : 'checked_in';
  const undone = told.answer === 'undone' && shown?.fact !== fact.id;
  if (told.answer !== expected && !undone) show(told.answer, person, told.inside, told.place_in_line);
  await store.remove(fact.order);
}

async function trouble(error) {
  if (error.message === 'forbidden') {
    await store.wipe();
    list = null;
    part('gevonden').replaceChildren();
  }
  const text = { sign_in_needed: words.sign_in, forbidden: words.no_right, csrf: words.old_page }[error.message];
  await status(text ?? (navigator.onLine && error.status ? words.failed : words.offline));
}

async function status(text) {
  const { length } = await store.waiting();
  const told = length ? `${say(words.waiting_to_send, { count: length })} ${text === words.online ? '' : text}` : text;
  if (part('verbinding').textContent !== told) part('verbinding').textContent = told;
}

/** The people whose name has all these words, or whose code it is. */
async function matches(asked) {
  const code = asked.toUpperCase().replace(/[^0-9A-Z]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (code.length === 12) {
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code));
    const mark = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('').slice(0, 32);
    const holder = list.people.find((one) => one.ticket === mark);
    if (holder) return [holder];
  }
  const folded = fold(asked).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  if (!folded.length) return [];
  return list.people.filter((one) => folded.every((word) => fold(one.name).includes(word))).slice(0, MOST_FOUND);
}

async function search() {
  const asked = part('f-q').value.trim();
  if (!list) return status(words.no_list);
  const found = asked.length > 1 ? await matches(asked) : [];
  if (asked !== part('f-q').value.trim()) return undefined;
  const rows = found.map(row);
  if (asked.length > 1 && !rows.length) rows.push(element('li', {}, words.nobody));
  const focused = document.activeElement?.closest?.('#gevonden li')?.dataset.id;
  part('gevonden').replaceChildren(...rows);
  if (focused) part('gevonden').querySelector(`[data-id="${CSS.escape(focused)}"] button`)?.focus();
  return undefined;
}

function row(person) {
  const values = { place: person.place_in_line, time: person.inside && clock(person.inside.at) };
  const state = person.inside ? 'inside' : person.state;
  const tone = { inside: ' good', seated: '' }[state] ?? ' full';
  const about = element('div', {}, element('strong', {}, element('bdi', {}, person.name)), ' ',
    element('span', { class: `badge${tone}` }, say(words[state], values)));
  if (person.sessions.length) about.append(element('p', { class: 'hint' }, person.sessions.join(', ')));
  const made = element('li', { 'data-id': person.id }, about);
  if (person.inside) made.append(button(words.undo, person.name, () => undo(person, person.inside), 'small quiet'));
  else if (person.state === 'seated') made.append(button(words.check_in, person.name, () => checkIn(person)));
  return made;
}

/** A ticket was scanned. A list that does not know it, or says no, may be old. */
async function scanned(text) {
  if (!list) return status(words.no_list);
  let [person] = await matches(text);
  if (person?.state !== 'seated' && navigator.onLine) {
    await refresh().catch(() => {});
    [person] = await matches(text);
  }
  return person ? checkIn(person) : show('unknown');
}

let stop = null;
async function toggleScan() {
  const pressed = !stop;
  if (stop) {
    stop();
    stop = null;
  } else {
    try {
      stop = await startScan(part('beeld'), scanned);
    } catch {
      await status(words.no_camera);
      part('f-q').focus();
      return;
    }
  }
  part('scan').setAttribute('aria-pressed', String(pressed));
  part('scan').textContent = pressed ? words.stop : words.scan;
}

async function start() {
  list = (await store.list()) ?? null;
  if (list && Date.parse(list.forget_at) < Date.now()) {
    await store.wipe();
    list = null;
  }
  if (list) count();
  document.querySelector('[data-script]').hidden = false;
  part('scan').addEventListener('click', toggleScan);
  part('f-q').addEventListener('input', search);
  part('zoek').addEventListener('submit', (event) => {
    event.preventDefault();
    search();
  });
  addEventListener('online', () => { pause = FIRST_PAUSE; sync(); });
  addEventListener('offline', () => status(words.offline));
  sync();
  const { pathname } = new URL(root.dataset.page, location.origin);
  const ready = await navigator.serviceWorker?.register(`${pathname}.js`, { scope: pathname }).catch(() => null);
  if (ready) await (await caches.open('plekken-deur')).add(root.dataset.page).catch(() => {});
  root.dataset.ready = 'yes';
}

start();
