// <plekken-upload api="…"> around the partner's form: sends the file straight to S3, in parts when it
// is large, and goes on where it was after a lost connection. Without this file the form asks for the
// file on a next page.

const TRIES = 4;
const FIRST_PAUSE = 800; // milliseconds; doubled at each try
const MEMORY = 'plekken-upload:';

/** The SHA-256 of a file in hexadecimals. */
async function hash(file) {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A refusal by our own server, with what is wrong per field. */
class Refused extends Error {
  constructor(status, problem) {
    super(problem.title || String(status));
    this.status = status;
    this.fields = problem.errors || {};
  }
}

async function ask(url, method = 'GET', body = undefined, headers = {}) {
  const answer = await fetch(url + location.search, {
    method,
    headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang, ...headers },
    body: body && JSON.stringify(body),
  });
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, data);
  return data;
}

/** PUT one part; fetch can't show progress, XMLHttpRequest can. */
function put(part, blob, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', part.url);
    for (const [name, value] of Object.entries(part.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(event.loaded);
    // 412: the file is there already, sent by a try whose answer got lost.
    request.onload = () => (request.status < 300 || request.status === 412 ? resolve() : reject(new Error(request.status)));
    request.onerror = () => reject(new Error('network'));
    request.onabort = () => reject(new Error('stopped'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(blob);
  });
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

/** Send what S3 still lacks; each try asks which parts those are and gets fresh addresses. */
async function send(api, id, file, { progress, again, signal }) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const plan = await ask(`${api}/${id}`);
      let sent = file.size - plan.parts.reduce((sum, part) => sum + part.size, 0);
      progress(sent);
      for (const part of plan.parts) {
        const blob = file.slice(part.start, part.start + part.size);
        await put(part, blob, (loaded) => progress(sent + loaded), signal);
        sent += part.size;
        progress(sent);
      }
      return await ask(`${api}/${id}/complete`, 'POST');
    } catch (error) {
      if (signal.aborted || attempt >= TRIES || (error instanceof Refused && error.status < 500 && error.status !== 409)) throw error;
      again(attempt + 1);
      await pause(FIRST_PAUSE * 2 ** (attempt - 1), signal);
      if (signal.aborted) throw error;
    }
  }
}

customElements.define('plekken-upload', class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector('form');
    const template = this.form.querySelector('template');
    template.replaceWith(template.content);
    this.file = this.form.querySelector('input[type=file]');
    this.button = this.form.querySelector('button[type=submit]');
    this.button.textContent = this.dataset.send;
    this.status = this.form.querySelector('.status');
    this.bar = Object.assign(document.createElement('progress'), { max: 100, value: 0, hidden: true });
    this.bar.setAttribute('aria-label', this.file.labels[0]?.textContent.trim() || '');
    this.stop = Object.assign(document.createElement('button'), { type: 'button', className: 'quiet', textContent: this.dataset.stop, hidden: true });
    this.stop.addEventListener('click', () => this.control?.abort());
    this.button.after(this.stop);
    this.button.parentElement.before(this.bar);
    // Before form.js hears of it: that one guards forms that the browser sends itself.
    this.addEventListener('submit', (event) => { event.preventDefault(); event.stopImmediatePropagation(); this.run(); }, true);
    this.file.addEventListener('change', () => { this.upload = undefined; this.check(); });
    const drop = this.file.closest('.drop');
    drop?.addEventListener('dragover', (event) => { event.preventDefault(); drop.classList.add('over'); });
    drop?.addEventListener('dragleave', () => drop.classList.remove('over'));
    drop?.addEventListener('drop', (event) => {
      event.preventDefault();
      drop.classList.remove('over');
      if (!event.dataTransfer.files.length) return;
      this.file.files = event.dataTransfer.files;
      this.file.dispatchEvent(new Event('change'));
    });
  }

  /** What the browser itself can say about the file; the server says the rest. */
  check() {
    const file = this.file.files[0];
    const wrong = !file ? this.dataset.choose : file.size > Number(this.getAttribute('largest')) ? this.dataset.tooLarge : '';
    this.show(wrong ? { file: wrong } : {});
    return !wrong;
  }

  async run() {
    if (this.control || !this.check()) return;
    this.control = new AbortController();
    this.tenths = undefined;
    this.working(true);
    try {
      const file = this.file.files[0];
      const upload = await this.announce(file);
      const done = await send(this.getAttribute('api'), upload.id, file, {
        progress: (sent) => this.progress(file.size ? sent / file.size : 1),
        again: (number) => this.say(this.dataset.again.replace('{number}', number).replace('{most}', TRIES)),
        signal: this.control.signal,
      });
      sessionStorage.removeItem(MEMORY + this.print);
      this.say(this.dataset.done);
      location.assign(done.page + location.search);
    } catch (error) {
      this.failed(error);
    } finally {
      this.control = undefined;
      this.working(false);
    }
  }

  /** Tell the server what comes; the same file with the same words goes on as the same upload. */
  async announce(file) {
    this.say(this.dataset.reading);
    const form = new FormData(this.form);
    const body = {
      title: form.get('title').trim(),
      category: form.get('category') || '',
      description: form.get('description').trim(),
      consent: form.get('consent') === 'ja',
      file_name: file.name,
      content_type: file.type,
      size: file.size,
      sha256: await hash(file),
    };
    this.print = JSON.stringify(body);
    let key = sessionStorage.getItem(MEMORY + this.print);
    if (!key) {
      key = crypto.randomUUID();
      sessionStorage.setItem(MEMORY + this.print, key);
    }
    return ask(this.getAttribute('api'), 'POST', body, { 'Idempotency-Key': key });
  }

  failed(error) {
    if (error instanceof Refused && error.status === 422 && Object.keys(error.fields).length) {
      this.say('');
      this.show(error.fields);
    } else if (error instanceof Refused && error.status < 500) {
      this.say(error.message);
    } else {
      this.say(this.control.signal.aborted ? this.dataset.stopped : this.dataset.failed);
      this.button.textContent = this.dataset.resume;
    }
  }

  working(busy) {
    this.button.hidden = busy;
    this.stop.hidden = !busy;
    this.bar.hidden = !busy && !this.bar.value;
    if (busy) this.stop.focus(); else this.button.focus({ preventScroll: true });
  }

  progress(part) {
    const percent = Math.floor(100 * part);
    this.bar.value = percent;
    // A screen reader hears each tenth, not each hundredth.
    const tenths = Math.floor(percent / 10);
    if (tenths === this.tenths) return;
    this.tenths = tenths;
    this.say(this.dataset.sent.replace('{percent}', percent));
  }

  say(text) {
    this.status.textContent = text;
  }

  /** The same summary and field errors that the server's own page shows. */
  show(errors) {
    document.querySelector('.summary')?.remove();
    for (const old of this.form.querySelectorAll('.err')) old.remove();
    for (const field of this.form.querySelectorAll('.invalid')) field.classList.remove('invalid');
    for (const input of this.form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
    const entries = Object.entries(errors);
    if (!entries.length) return;
    const items = entries.map(([name, text]) => {
      const input = this.form.querySelector(`#f-${CSS.escape(name)}`);
      if (input) this.mark(input, name, text);
      const item = document.createElement('li');
      const link = Object.assign(document.createElement('a'), { href: `#f-${name}`, textContent: text });
      link.addEventListener('click', (event) => { event.preventDefault(); input?.focus(); });
      item.append(link);
      return item;
    });
    const summary = Object.assign(document.createElement('div'), { className: 'summary', tabIndex: -1 });
    summary.setAttribute('role', 'alert');
    const list = document.createElement('ul');
    list.append(...items);
    summary.append(Object.assign(document.createElement('h2'), { textContent: this.dataset.trouble }), list);
    this.before(summary);
    if (this.control) requestAnimationFrame(() => summary.focus());
  }

  mark(input, name, text) {
    const field = input.closest('.field');
    field.classList.add('invalid');
    const error = Object.assign(document.createElement('p'), { className: 'err', id: `e-${name}`, textContent: text });
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', [...new Set([...(input.getAttribute('aria-describedby') || '').split(' '), error.id])].join(' ').trim());
    const before = field.querySelector(':scope > .hint') || field.querySelector(':scope > label, :scope > legend');
    if (before) before.after(error); else field.prepend(error);
  }
});
