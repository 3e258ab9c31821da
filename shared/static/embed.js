// Other websites load this file from /insluiten.js and write
//   <plekken-aanmelden event="…"><a href="…">Meld je aan</a></plekken-aanmelden>
// It shows the congress's form in a frame. The link stays until the form says that it is there, and
// comes back when that is gone: no JavaScript, a site that we do not know, no answer. docs/embedding.md

const { origin } = new URL(import.meta.url);
const EVENT = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const PATIENCE = 5000; // milliseconds that a new page in the frame has to speak
const TALLEST = 50_000; // pixels
const TITLE = { nl: 'Aanmeldformulier', en: 'Registration form' };

// A page's own rules, even important ones, yield to an element's important rules about itself.
const OURS = `:host{all:initial!important;display:block!important;font:inherit!important;color:inherit!important;text-align:inherit!important}
:host([hidden]){display:none!important}iframe{display:block;width:100%;border:0}`;
const WAITING = `${OURS}iframe{height:0;visibility:hidden}`;
const SHOWN = `${OURS}slot{display:none}`;

class Aanmelden extends HTMLElement {
  #frame;
  #sheet = new CSSStyleSheet();
  #patience;
  #isNewPage = false;
  #wasShown = false;

  connectedCallback() {
    addEventListener('message', this);
    if (!this.#frame) this.#build(this.getAttribute('event') ?? '');
  }

  disconnectedCallback() {
    removeEventListener('message', this);
    clearTimeout(this.#patience);
  }

  #build(event) {
    if (!EVENT.test(event)) {
      console.warn(`plekken-aanmelden: event="${event}" is geen congres`);
      return;
    }
    const language = (this.closest('[lang]')?.lang ?? '').slice(0, 2).toLowerCase() === 'en' ? 'en' : 'nl';
    this.#frame = document.createElement('iframe');
    this.#frame.title = this.textContent.trim() || TITLE[language];
    this.#frame.loading = 'lazy';
    this.#frame.referrerPolicy = 'no-referrer';
    this.#frame.src = `${origin}/congres/${event}/insluiten${language === 'en' ? '?lang=en' : ''}`;
    this.#frame.addEventListener('load', this);
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [this.#sheet];
    root.append(document.createElement('slot'), this.#frame);
    this.#sheet.replaceSync(WAITING);
  }

  handleEvent({ type, origin: from, source, data }) {
    if (type === 'load') this.#greet();
    else if (from === origin && source === this.#frame?.contentWindow && data?.type === 'plekken:height') this.#show(data.height);
  }

  /** Each new page in the frame is asked to speak; the browser gives this only to our own. */
  #greet() {
    this.#isNewPage = true;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#sheet.replaceSync(WAITING), PATIENCE);
    this.#frame.contentWindow.postMessage({ type: 'plekken:hello' }, origin);
  }

  #show(height) {
    if (!(height > 0 && height <= TALLEST)) return;
    clearTimeout(this.#patience);
    this.#frame.height = height;
    this.#sheet.replaceSync(SHOWN);
    // What follows a long form is short: without this it stands above the window.
    if (this.#isNewPage && this.#wasShown && this.getBoundingClientRect().top < 0) this.scrollIntoView();
    this.#isNewPage = false;
    this.#wasShown = true;
  }
}

if (!customElements.get('plekken-aanmelden')) customElements.define('plekken-aanmelden', Aanmelden);
