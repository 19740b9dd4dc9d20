/* <leadership-finder role="nurse" limit="5">: a search of the Leadership Directory inside any web page.
 * It asks the directory's API and nobody else, keeps nothing, and shows what it is told as text only.
 * A classic script and a module at once. */
(() => {
  if (customElements.get('leadership-finder')) return;

  const FILTERS = ['role', 'level', 'region', 'eligibility', 'delivery', 'cost'];
  // What a page may mean by `role` here: accessibility, not the directory's roles, none of which is so named.
  const PAGE_ROLE = /^(application|article|complementary|document|form|group|main|navigation|none|presentation|region|search)$/i;
  // Pages of the directory may not stand in somebody's frame: links out of one open a page of their own.
  const IS_FRAMED = window.top !== window;
  const LIMIT = 10;
  const MOST = 100;
  const PATIENCE = 10000;

  // A module has no current script; its element is then found by its name.
  const script = document.currentScript || document.querySelector('script[src*="leadership-finder"]');

  const themed = (name, usual) => `var(--leadership-finder-${name}, ${usual})`;
  const accent = themed('accent', '#005eb8');
  const background = themed('background', '#fff');
  const line = `1px solid ${themed('border', '#768692')}`;
  const radius = `border-radius: ${themed('radius', '4px')}`;
  const STYLE = `
:host { display: block; padding: 1em; text-align: start; line-height: 1.5; font-family: ${themed('font', 'inherit')};
  color: ${themed('text', '#212b32')}; background: ${background}; border: ${line}; ${radius}; }
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; overflow-wrap: anywhere; }
[role=heading] { font-size: 1.25em; font-weight: bold; }
[role=search], .buttons { display: flex; flex-wrap: wrap; gap: .5em; }
label { flex-basis: 100%; }
input { flex: 1 1 10em; min-width: 0; color: inherit; background: none; }
input, button { font: inherit; min-height: 44px; padding: .375em .75em; border: 2px solid; ${radius}; }
button { cursor: pointer; color: ${background}; background: ${accent}; border-color: ${accent}; }
a { display: inline-block; min-height: 24px; font-weight: bold; color: ${accent}; }
ul { list-style: none; margin: 1em 0; padding: 0; }
li { padding: .75em 0; border-block-start: ${line}; }
p { margin: .25em 0; }
.fact { display: inline-block; margin-inline-end: 1em; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid ${themed('focus', '#212b32')}; outline-offset: 2px; }
@media print { [role=search], .buttons { display: none; } }`;

  // A strict policy refuses <style>, which only old browsers need: there the text stays plain.
  const sheet = 'adoptedStyleSheets' in document && new CSSStyleSheet();
  if (sheet) sheet.replaceSync(STYLE);

  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const attribute in attributes) element.setAttribute(attribute, attributes[attribute]);
    element.append(...children);
    return element;
  }

  function makeLink(text) {
    if (!IS_FRAMED) return make('a', {}, text);
    return make('a', { target: '_blank', rel: 'noopener' }, text, make('span', { class: 'unseen' }, ' (a new page)'));
  }

  // Text may run in any direction: <bdi> keeps it from turning what stands around it.
  function told(value, longest) {
    const marks = typeof value === 'string' ? Array.from(value.trim()) : [];
    if (!marks.length) return 'not stated';
    return make('bdi', {}, marks.slice(0, longest).join('') + (marks.length > longest ? '…' : ''));
  }

  // No request may tell that positive action was looked for. The warning names no value: a console is a log as well.
  function terms(value) {
    const asked = (value || '').split(',').map((term) => term.trim()).filter(Boolean);
    const sent = asked.filter((term) => !/^positive-action/i.test(term));
    if (sent.length < asked.length) console.warn('leadership-finder: a term is not sent; choose it on the directory’s site.');
    return sent.join(',');
  }

  // The directory that served this script, which may be under a path: the address without /assets/… or the file's name.
  function ownBase() {
    const { origin, pathname } = new URL(script.src);
    return origin + pathname.replace(/(\/assets)?\/[^/]*$/, '');
  }

  class LeadershipFinder extends HTMLElement {
    static get observedAttributes() {
      return [...FILTERS, 'kind', 'limit', 'api', 'heading', 'heading-level'];
    }

    constructor() {
      super();
      const button = (text, press) => {
        const made = make('button', { type: 'button' }, text);
        made.addEventListener('click', press);
        return made;
      };
      this._terms = {};
      this._heading = make('div', { role: 'heading', id: 'heading' });
      this._words = make('input', { type: 'search', id: 'words', maxlength: '200', autocomplete: 'off' });
      this._status = make('p', { role: 'status', tabindex: '-1' });
      this._results = make('ul', { role: 'list' });
      this._possible = button('', () => { this._silentToo = !this._silentToo; this._search(true); });
      this._previous = button('Previous page', () => { this._pages.pop(); this._load(true); });
      this._next = button('Next page', () => { this._pages.push(this._following); this._load(true); });
      this._site = makeLink('Open the Leadership Directory');

      // No <form>: a sandboxed frame may not submit one, and then not even its event comes.
      this._words.addEventListener('input', () => {
        clearTimeout(this._typing);
        this._typing = setTimeout(() => this._search(), 400);
      });
      this._words.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && !event.isComposing) this._search();
      });

      const root = this.attachShadow({ mode: 'open' });
      if (sheet) root.adoptedStyleSheets = [sheet];
      else root.append(make('style', {}, STYLE));
      root.append(this._heading, make('div', { lang: 'en', dir: 'ltr' },
        make('div', { role: 'search', 'aria-labelledby': 'heading' },
          make('label', { for: 'words' }, 'Search by word'), this._words, button('Search', () => this._search())),
        this._status, this._results,
        make('div', { class: 'buttons' }, this._possible, this._previous, this._next),
        this._site));
    }

    connectedCallback() { this._startSoon(); }

    disconnectedCallback() { this._stop(); }

    attributeChangedCallback(name, before, value) {
      if (name === 'role') {
        // Taken off, or it would be read as a role of the page; that is no change, but role="" ends the filter.
        if (value === null || PAGE_ROLE.test(value)) return;
        this.removeAttribute('role');
      }
      if (FILTERS.includes(name)) {
        const sent = terms(value);
        if (sent === (this._terms[name] || '')) return;
        this._terms[name] = sent;
      } else if (value === before) return;
      this._startSoon();
    }

    // Several attributes set in a row are one search.
    _startSoon() {
      if (this._starting) return;
      this._starting = true;
      queueMicrotask(() => {
        this._starting = false;
        if (this.isConnected) this._start();
      });
    }

    _start() {
      this._stop();
      this._setHeading(this.getAttribute('heading'));
      this._kind = this.getAttribute('kind') || 'programme';
      this._path = encodeURIComponent(this._kind.replace(/y$/, 'ie') + 's');
      // The member that names an entry's providers.
      this._providers = { provider: '', resource: 'providers', framework: 'providers' }[this._kind] ?? 'provider';
      this._silentToo = false;
      this._base = null;
      try {
        const url = new URL(this.getAttribute('api') || ownBase(), document.baseURI);
        if (/^https?:$/.test(url.protocol)) this._base = url.origin + url.pathname.replace(/\/+$/, '');
      } catch {} // said below
      this._site.href = this._base || '';
      this._say(this._base ? 'Searching …' : 'The address of the Leadership Directory is not set.');
      this._search();
    }

    // Its words are the page's, in the page's language; ours are English.
    _setHeading(words) {
      this._heading.textContent = words || 'Leadership Directory';
      this._heading.hidden = words === '';
      if (words) this._heading.removeAttribute('lang');
      else this._heading.lang = 'en';
      const level = this.getAttribute('heading-level');
      this._heading.setAttribute('aria-level', /^[1-6]$/.test(level) ? level : 2);
    }

    _stop() {
      clearTimeout(this._typing);
      if (this._request) this._request.abort();
      this._request = null;
    }

    _search(byButton) {
      if (!this._base) return;
      const providers = this._providers;
      const limit = Math.min(Math.floor(Number(this.getAttribute('limit'))), MOST);
      const query = new URLSearchParams();
      for (const filter of FILTERS) if (this._terms[filter]) query.set(filter, this._terms[filter]);
      if (this._words.value.trim()) query.set('q', this._words.value);
      if (this._silentToo) query.set('match', 'possible');
      query.set('limit', limit >= 1 ? limit : LIMIT);
      query.set('facets', 'status'); // for the labels of the states
      query.set('fields', 'id,title,summary,status.term' + (providers && `,${providers}`));
      if (providers) query.set('include', providers); // for their names
      this._pages = [{ address: `${this._base}/v1/${this._path}?${query}`, before: 0 }];
      this._load(byButton);
    }

    async _load(byButton) {
      this._stop();
      const request = this._request = new AbortController();
      const timer = setTimeout(() => request.abort(), PATIENCE);
      const { address, before } = this._pages[this._pages.length - 1];
      let failure, page;
      try {
        const answer = await fetch(address, {
          signal: request.signal, credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error',
          headers: { Accept: 'application/json' },
        });
        failure = `The Leadership Directory’s answer (${answer.status}) could not be used.`;
        const body = await answer.json();
        if (answer.ok) page = this._read(body, before);
        else if (body.detail) failure = told(body.detail, 500);
      } catch {
        // What failed was noted on the way; only the time may run out anywhere.
        if (request.signal.aborted) failure = null;
      }
      clearTimeout(timer);
      if (request !== this._request) return; // superseded
      if (page) this._show(page);
      else this._say(failure || 'The Leadership Directory cannot be reached at the moment.');
      // The pressed button may be gone: a reader goes on from the count.
      if (byButton) this._status.focus();
    }

    // What is wrong with an answer is found here, before anything of it is shown.
    _read({ data, included, meta, links }, before) {
      const labels = new Map();
      for (const row of meta.facets.status) labels.set(row.term, row.label);
      for (const entry of included || []) labels.set(`${entry.kind}/${entry.id}`, entry.title);
      // The directory may be reached by another address than its own: only the query is taken over.
      const list = `/v1/${this._path}`;
      const next = links.next && new URL(links.next, this._base);
      return {
        total: Number(meta.total),
        silent: this._silentToo ? 0 : meta.possible - meta.total,
        first: before + 1,
        last: before + data.length,
        items: data.map((entry) => this._item(entry, labels)),
        next: next && next.pathname.endsWith(list) && this._base + list + next.search,
      };
    }

    _item(entry, labels) {
      const link = makeLink(told(entry.title, 200));
      link.href = `${this._base}/${this._path}/${encodeURIComponent(entry.id)}`;
      const state = (entry.status || {}).term;
      const facts = [['Status', told(labels.get(state) || state, 100)]];
      // A reference is a provider's id, or says its kind: academy/london-leadership-academy.
      for (const id of [].concat(this._providers ? entry[this._providers] : [])) {
        facts.push(['Provider', told(labels.get(/\//.test(id) ? id : `provider/${id}`) || id, 100)]);
      }
      for (const { filter, how } of entry.matched || []) {
        if (how === 'not-stated' && FILTERS.includes(filter)) facts.push([filter[0].toUpperCase() + filter.slice(1), 'not stated']);
      }
      const summary = entry.summary ? [] : ['Summary: '];
      return make('li', {}, link, make('p', {}, ...summary, told(entry.summary, 300)),
        make('p', {}, ...facts.map(([name, value]) => make('span', { class: 'fact' }, `${name}: `, value))));
    }

    _show({ total, silent, first, last, items, next }) {
      const noun = (total === 1 ? this._kind : this._path).replace('-', ' ');
      const part = items.length && items.length < total ? `, ${first} to ${last} shown` : '';
      this._status.textContent = `${total || 'No'} ${noun}${part}.`;
      this._results.replaceChildren(...items);
      this._possible.hidden = !this._silentToo && !(silent > 0);
      this._possible.textContent = this._silentToo ? 'Show only those that say that they fit'
        : `Show those too that do not say whether they fit (${silent})`;
      this._following = { address: next, before: last };
      this._next.hidden = !next;
      this._previous.hidden = this._pages.length < 2;
      this._site.hidden = true;
    }

    _say(message) {
      this._status.replaceChildren(message);
      this._results.replaceChildren();
      this._possible.hidden = this._previous.hidden = this._next.hidden = true;
      this._site.hidden = !this._base;
    }
  }

  customElements.define('leadership-finder', LeadershipFinder);
})();
