/** A list of events beside the life of one of them, with what may be done to many: what the views Queue and Events have in common. */

import { inWords } from './api.js';
import { button, element, replace, setText } from './elements.js';
import { EventDetail } from './event-detail.js';
import { EventFeed } from './event-feed.js';
import { VERBS, decide, replay, verbsForAll } from './event-verbs.js';
import { count, duration, moment, relative } from './formats.js';
import { stateBadge, verbsFor } from './states.js';
import { VirtualList } from './virtual-list.js';

const COLUMNS = [
  { name: 'state', label: 'State' }, { name: 'type', label: 'Event' }, { name: 'preview', label: 'Payload' },
  { name: 'client', label: 'Client' }, { name: 'time', label: 'Accepted' }, { name: 'note', label: 'Note' },
];

export class EventList {
  #app; #detail = null; #options; #empty; #ticker;

  /** @param {{label: string, empty: () => HTMLElement, opened: (id: string | null) => void}} options */
  constructor(app, options) {
    this.#app = app;
    this.#options = options;
    this.feed = new EventFeed(app.api, app.activity, app.connected);
    this.list = new VirtualList({
      label: options.label, columns: COLUMNS, key: row => row.id, fill,
      open: row => this.open(row.id), select: () => this.#drawBar(), end: () => this.feed.end(),
    });
    this.bar = element('div.bulk', { role: 'toolbar', 'aria-label': 'What to do with the selected events' });
    this.status = element('p.list-status', { role: 'status' });
    this.#empty = element('div.list-empty');
    this.aside = element('div.aside', { hidden: true });
    this.node = element('div.split', {}, element('div.list', {}, this.bar, this.list.node, this.#empty, this.status), this.aside);
    this.node.addEventListener('keydown', event => this.#key(event));
    this.feed.changed.add(() => this.#draw());
    // The notes of events that wait name how long it takes until their next try.
    this.#ticker = setInterval(() => !document.hidden && this.feed.rows.some(row => row.dueAt) && this.list.refresh(), 1000);
    this.#drawBar();
  }

  show(filter) {
    this.list.clearSelection();
    this.feed.show(filter);
  }

  /** What single keys do with what is selected, or else with what is open or current. */
  get keys() {
    const act = verb => () => {
      const events = this.selected.length ? this.selected : [this.feed.row(this.list.current)].filter(Boolean);
      decide(this.#app, verb, events, (event, done) => this.#take(event, done));
    };
    return { r: act('retry'), c: act('cancel'), a: act('approve'), d: act('deny') };
  }

  get selected() { return this.feed.rows.filter(row => this.list.selected.has(row.id)); }

  open(id) {
    if (this.#detail?.id === id) return;
    this.#detail?.view.close();
    this.#detail = null;
    this.node.classList.toggle('is-open', Boolean(id));
    this.aside.hidden = !id;
    this.aside.replaceChildren();
    this.list.current = id ?? this.list.current;
    if (id) {
      const view = new EventDetail(this.#app, id, { close: () => this.#close(), changed: (event, verb) => this.#take(event, verb) });
      this.#detail = { id, view };
      replace(this.aside, view.node);
      if (matchMedia('(max-width: 60rem)').matches) view.node.focus();
    }
    this.list.refresh();
    this.#options.opened(id);
  }

  close() {
    clearInterval(this.#ticker);
    this.#detail?.view.close();
    this.feed.close();
    this.list.close();
  }

  #close() {
    this.open(null);
    this.list.node.focus();
  }

  #take(event, verb) {
    if (verb === 'drop') {
      this.feed.remove(event.id);
      if (this.#detail?.id === event.id) this.#close();
    } else this.feed.take(event);
    this.#drawBar();
    this.list.refresh();
  }

  #draw() {
    const { rows, isLoading, isComplete, error } = this.feed;
    this.list.show(rows);
    this.list.node.hidden = rows.length === 0 && !isLoading;
    this.list.node.classList.toggle('is-loading', rows.length === 0 && isLoading);
    const isEmpty = rows.length === 0 && !isLoading;
    this.#empty.hidden = !isEmpty;
    if (isEmpty) {
      replace(this.#empty, error
        ? element('div.empty', {}, element('h3', {}, 'The events cannot be shown'), element('p', {}, inWords(error)), button('Try again', () => this.feed.more(), { class: 'primary' }))
        : this.#options.empty());
    }
    const more = isComplete ? '' : rows.length ? ', more as you scroll' : '';
    setText(this.status, error && rows.length ? inWords(error) : rows.length ? `${count(rows.length, 'event')}${more}` : '');
    this.#drawBar();
  }

  #drawBar() {
    const selected = this.selected;
    const key = `${selected.length} ${verbsForAll(selected)}`;
    if (this.bar.shownFor === key) return;
    this.bar.shownFor = key;
    if (!selected.length) {
      replace(this.bar, element('span.note', {}, 'Select events to decide about many at once.'));
      return;
    }
    const fitting = verb => selected.filter(row => verbsFor(row).includes(verb)).length;
    replace(this.bar, element('strong', {}, `${count(selected.length, 'event')} selected`),
      verbsForAll(selected).map(verb => button(`${VERBS[verb].label}${fitting(verb) < selected.length ? ` ${fitting(verb)}` : ''}`,
        () => decide(this.#app, verb, this.selected, (event, done) => this.#take(event, done)), { class: VERBS[verb].kind, data: { verb } })),
      button('Replay…', () => replay(this.#app, this.selected), { data: { verb: 'replay' } }),
      button('Clear', () => this.list.clearSelection(), { class: 'quiet' }));
  }

  #key(event) {
    if (event.key === 'Escape' && this.#detail && !event.defaultPrevented) this.#close();
  }
}

function fill(cells, row) {
  if (cells.state.shownState !== row.state) {
    cells.state.shownState = row.state;
    replace(cells.state, stateBadge(row.state));
  }
  setText(cells.type, row.type);
  setText(cells.preview, row.preview);
  setText(cells.client, row.client);
  setText(cells.time, moment(row.acceptedAt));
  setText(cells.note, noteOf(row));
}

function noteOf(row) {
  if (row.state === 'retrying' && row.dueAt) return `attempt ${row.attempt + 1} ${relative(row.dueAt)}`;
  if (row.state === 'waiting') return row.waitsFor?.name ? `for ${row.waitsFor.name}` : 'for you';
  if (row.error && row.state !== 'succeeded') return row.error.message;
  if (row.finalAt) return duration(row.finalAt - row.acceptedAt);
  return row.attempt > 1 ? `attempt ${row.attempt}` : '';
}
