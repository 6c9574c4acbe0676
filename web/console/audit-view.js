/** Audit: who did what, from where, by which rule, and what came of it; and whether the record is whole. */

import { inWords } from './api.js';
import { AuditFeed } from './audit-feed.js';
import { copyButton } from './dialogs.js';
import { button, element, replace, setText } from './elements.js';
import { exportButton } from './export-button.js';
import { count, dateAndTime, moment } from './formats.js';
import { icon } from './icons.js';
import { facts } from './plan-view.js';
import { rangeFields } from './time-range.js';
import { VirtualList } from './virtual-list.js';

const COLUMNS = [
  { name: 'seq', label: 'No' }, { name: 'time', label: 'Time' }, { name: 'who', label: 'Who' }, { name: 'verb', label: 'Did' },
  { name: 'outcome', label: 'Outcome' }, { name: 'about', label: 'About' }, { name: 'from', label: 'From' },
];
/** An event's id; tokens and files have others. */
const EVENT = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;
/** Outcomes that somebody may look for. */
const STATES = {
  denied: 'failed', refused: 'failed', failed: 'failed', guessed: 'failed', not_written: 'unknown', unknown: 'unknown',
  cancelled: 'cancelled', expired: 'expired', asked: 'waiting',
};

export function auditView(app, route) {
  const filter = { text: route.query.get('q') ?? '', verb: route.query.get('verb') ?? '', outcome: route.query.get('outcome') ?? '', from: null, to: null };
  const feed = new AuditFeed(app.api, app.activity, app.connected);
  const aside = element('div.aside', { hidden: true });
  const list = new VirtualList({
    label: 'Records, newest first', columns: COLUMNS, key: row => String(row.seq), fill, open: row => open(row), end: () => feed.end(),
  });
  const empty = element('div.list-empty');
  const status = element('p.list-status', { role: 'status' });
  const split = element('div.split', {}, element('div.list', {}, list.node, empty, status), aside);
  const open = row => {
    split.classList.toggle('is-open', Boolean(row));
    aside.hidden = !row;
    replace(aside, row ? recordView(row, close) : null);
    if (row && matchMedia('(max-width: 60rem)').matches) aside.querySelector('.detail').focus();
  };
  const close = () => {
    open(null);
    list.node.focus();
  };
  split.addEventListener('keydown', event => event.key === 'Escape' && !aside.hidden && close());
  const apply = () => {
    app.go('audit', { query: { q: filter.text, verb: filter.verb, outcome: filter.outcome } }, true);
    open(null);
    feed.show(filter);
  };
  const verb = choice('What was done', 'Anything', filter, 'verb', apply);
  const outcome = choice('Outcome', 'Any outcome', filter, 'outcome', apply);
  const search = searchField(filter, apply);
  const draw = () => {
    const { rows, isLoading, isComplete, error } = feed;
    const isEmpty = rows.length === 0 && !isLoading;
    list.show(rows);
    list.node.hidden = isEmpty;
    empty.hidden = !isEmpty;
    if (isEmpty) replace(empty, error ? problemView(error, () => feed.more()) : nothing(isComplete, () => feed.more()));
    setText(status, error && rows.length ? inWords(error) : rows.length ? `${count(rows.length, 'record')}${isComplete ? '' : ', more as you scroll'}` : '');
    verb.offer(feed.verbs);
    outcome.offer(feed.outcomes);
  };
  feed.changed.add(draw);
  const exporting = exportButton(app, 'record', () => feed.lines());
  feed.show(filter);
  return {
    node: element('div.events-view.audit-view', {}, chainState(app),
      element('div.filters', {}, search.node, element('div.filter-line', {}, verb.node, outcome.node, rangeFields(filter, apply), exporting.node)), split),
    title: 'Audit', search: search.focus,
    close() {
      exporting.close();
      feed.close();
      list.close();
    },
  };
}

/** A select that offers what was seen so far. */
function choice(label, any, filter, name, apply) {
  const node = element('select', { 'aria-label': label, on: { change: () => { filter[name] = node.value; apply(); } } });
  const offer = values => {
    const all = [...new Set([...values, filter[name]])].filter(Boolean).sort();
    if (node.childElementCount === all.length + 1) return;
    replace(node, element('option', { value: '' }, any), ...all.map(value => element('option', { value }, value.replaceAll('_', ' '))));
    node.value = filter[name];
  };
  offer([]);
  return { node, offer };
}

function searchField(filter, apply) {
  let timer = null;
  const input = element('input.wide', {
    type: 'search', 'aria-label': 'Search in the records', placeholder: 'Search in the records: a client, an origin, an id, a rule',
    autocomplete: 'off', spellcheck: 'false', value: filter.text,
    on: {
      input() {
        filter.text = input.value.trim();
        clearTimeout(timer);
        timer = setTimeout(apply, 250);
      },
    },
  });
  return { node: element('div.search', { role: 'search' }, icon('search'), input), focus: () => input.focus() };
}

function fill(cells, row) {
  setText(cells.seq, String(row.seq));
  setText(cells.time, moment(row.at));
  setText(cells.who, row.who);
  setText(cells.verb, row.verb.replaceAll('_', ' '));
  if (cells.outcome.shownOutcome !== row.outcome) {
    cells.outcome.shownOutcome = row.outcome;
    replace(cells.outcome, outcomeBadge(row.outcome));
  }
  setText(cells.about, row.about || row.detail);
  setText(cells.from, row.from);
}

const outcomeBadge = outcome => {
  const state = STATES[outcome] ?? 'succeeded';
  return element('span.state', { data: { state } }, icon(`state-${state}`), element('span', {}, outcome.replaceAll('_', ' ')));
};

/** Everything that a record says, as it says it. */
function recordView(row, close) {
  const { seq, at, verb, outcome, previous, hash, plan, ...more } = JSON.parse(row.line);
  const names = { identity: 'Known by', entrance: 'Came in by', type: 'Event type', owner: 'Whose', rule: 'Decided by' };
  const words = name => names[name] ?? name[0].toUpperCase() + name.slice(1);
  const code = text => (text === undefined ? null : element('code', {}, text));
  return element('section.detail', { 'aria-label': 'Record', tabindex: '-1' },
    element('header.detail-head', {}, element('div', {}, element('h2', {}, verb.replaceAll('_', ' ')), outcomeBadge(outcome)),
      button(icon('close'), close, { class: 'quiet icon-button', 'aria-label': 'Close the record' })),
    facts({ Number: seq, Time: element('time', { datetime: at, title: at }, dateAndTime(at)), ...Object.fromEntries(Object.entries(more).map(([name, value]) => [words(name), String(value)])) }),
    EVENT.test(more.subject) ? element('p', {}, element('a', { href: `#/events/${encodeURIComponent(more.subject)}` }, 'Look at the event')) : null,
    element('h3', {}, 'In the chain'),
    facts({ Hash: code(hash), 'Follows': code(previous), 'Hash of the plan': code(plan) }),
    element('p', {}, copyButton(row.line, 'Copy the record')));
}

function problemView(error, again) {
  return element('div.empty', {}, element('h3', {}, 'The audit cannot be shown'), element('p', {}, inWords(error)), button('Try again', again, { class: 'primary' }));
}

function nothing(isComplete, more) {
  return isComplete
    ? element('div.empty', {}, element('h3', {}, 'No record fits'), element('p', {}, 'Widen the time range, or clear the search.'))
    : element('div.empty', {}, element('h3', {}, 'No record fits so far'), element('p', {}, 'There are older ones that were not looked at yet.'), button('Look further back', more));
}

/** Whether the chain is whole: asked for by the person, as it reads every record. */
function chainState(app) {
  const answer = element('div.chain-answer', { 'aria-live': 'polite' }, element('p.note', {}, 'Each record holds the hash of the one before it. Verifying reads them all.'));
  const mark = element('input', { type: 'text', id: 'audit-mark', autocomplete: 'off', spellcheck: 'false', placeholder: '42:9f86…', 'aria-describedby': 'audit-mark-hint' });
  const verify = async event => {
    event.preventDefault();
    replace(answer, element('p', {}, 'Reading all records …'));
    ask.disabled = true;
    try {
      replace(answer, verdict(await app.api.verifyAudit(mark.value.trim()), Boolean(mark.value.trim())));
    } catch (error) {
      replace(answer, element('p.problem', {}, inWords(error)));
    }
    ask.disabled = false;
  };
  const ask = element('button', { type: 'submit' }, 'Verify the chain');
  return element('section.chain', { 'aria-label': 'The chain' }, answer, element('form', { on: { submit: verify } }, ask,
    element('details', {}, element('summary', {}, 'Against a mark'),
      element('label', { for: 'audit-mark' }, 'Where it ended once'), mark,
      element('p.note', { id: 'audit-mark-hint' }, 'From an earlier look, or from the log. It tells that nothing up to there was cut off or made anew.'))));
}

function verdict({ whole, records, mark, flaws, flawCount }, isAgainstMark) {
  const state = whole ? 'succeeded' : 'failed';
  return element('div', {},
    element('p.verdict', { data: { state } }, icon(`state-${state}`), element('strong', {}, whole ? 'The chain is whole' : 'The chain is broken'),
      element('span.note', {}, `${count(records, 'record')} read${whole && isAgainstMark ? ', the mark is where it was' : ''}`)),
    flaws.length ? element('ul.problem', {}, ...flaws.map(flaw => element('li', {}, flaw)), flawCount > flaws.length ? element('li', {}, `and ${count(flawCount - flaws.length, 'more flaw')}`) : null) : null,
    mark ? element('p.chain-end', {}, element('span.note', {}, 'Ends at '), element('code', {}, mark), ' ', copyButton(mark)) : null);
}
