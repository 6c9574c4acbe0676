/** Actions: fill in, look at what it would do, send, watch. */

import { inWords } from './api.js';
import { button, element, replace } from './elements.js';
import { EventDetail } from './event-detail.js';
import { freshness } from './freshness.js';
import { icon } from './icons.js';
import { payloadEditor } from './payload-editor.js';
import { planView } from './plan-view.js';
import { snippets } from './snippets.js';

/** What was typed for each action, and what of it is being sent: kept while the page lives, as one looks at other views in between. */
const kept = new Map();

export function actionsView(app, route) {
  const names = element('nav.side', { 'aria-label': 'Actions' });
  const main = element('div.action', {}, element('p.note', {}, 'Loading the actions …'));
  let page = null;
  let shown = null;
  const open = action => {
    if (page && JSON.stringify(action) === shown) return;
    shown = JSON.stringify(action);
    page?.close();
    page = actionPage(app, action);
    replace(main, page.node);
  };
  const close = content => {
    page?.close();
    page = null;
    replace(main, content);
  };
  const load = async () => {
    const actions = await app.api.actions().catch(error => {
      if (!page) close(element('div.empty', {}, element('h3', {}, 'The actions cannot be shown'), element('p', {}, inWords(error)), button('Try again', () => fresh.renew(), { class: 'primary' })));
      throw error;
    });
    if (isClosed) return;
    const action = route.id ? actions.find(({ type }) => type === route.id) : actions[0];
    drawNames(names, actions, action?.type);
    if (action) open(action);
    else close(actions.length ? noSuchAction(route.id) : noActions());
  };
  let isClosed = false;
  const fresh = freshness(app, load);
  return {
    node: element('div', {}, fresh.node, element('div.actions-view', {}, names, main)), title: 'Actions',
    close() {
      isClosed = true;
      fresh.close();
      page?.close();
    },
  };
}

function drawNames(names, actions, current) {
  const focused = names.contains(document.activeElement) ? document.activeElement.dataset.type : null;
  replace(names, element('ul', {}, actions.map(({ action, type, description }) => element('li', {},
    element('a', {
      href: `#/actions/${encodeURIComponent(type)}`, data: { type }, title: description ?? null, 'aria-current': type === current ? 'page' : null,
    }, element('strong', {}, type), element('span.note', {}, action))))));
  if (focused) [...names.querySelectorAll('a')].find(link => link.dataset.type === focused)?.focus();
}

const noActions = () => element('div.empty', {}, icon('actions'), element('h3', {}, 'No action yet'),
  element('p', {}, 'An action is a YAML file in the folder ', element('code', {}, 'actions/'), ' that says what an event does. ', element('code', {}, 'deskbridge init'), ' writes one to start with.'),
  element('p', {}, 'Is there one? ', element('code', {}, 'deskbridge actions check'), ' says what is wrong with it.'));

const noSuchAction = type => element('div.empty', {}, icon('actions'), element('h3', {}, 'No action is for ', element('code', {}, type)),
  element('p', {}, 'It was removed, or its file has a mistake: ', element('code', {}, 'deskbridge actions check'), ' tells.'));

/** A form that was filled in before, as far as it still fits. */
function draftOf({ type, schema }) {
  const text = JSON.stringify(schema);
  const old = kept.get(type);
  if (old?.schema === text) return old;
  const draft = { schema: text, editor: payloadEditor(schema), delivery: old?.delivery ?? null };
  if (old && !old.editor.problem) draft.editor.set(old.editor.payload);
  kept.set(type, draft);
  return draft;
}

function actionPage(app, action) {
  const draft = draftOf(action);
  const { editor } = draft;
  let detail = null;
  let planning = null;
  let isClosed = false;
  const result = element('section.result', { 'aria-label': 'What it would do', 'aria-live': 'polite' });
  const paste = snippets(location.origin);
  const closeDetail = () => {
    detail?.close();
    detail = null;
  };

  const dryRun = async () => {
    if (editor.problem) return;
    planning?.abort();
    planning = new AbortController();
    const { signal } = planning;
    closeDetail();
    try {
      const answer = await app.api.plan(action.type, editor.payload, { signal });
      if (signal.aborted) return;
      editor.clear();
      editor.objections((answer.decision.errors ?? []).filter(({ pointer }) => pointer.startsWith('/payload/')));
      result.classList.remove('is-stale');
      replace(result, element('h3', {}, 'Dry run: nothing was done'), planView(answer));
    } catch (error) {
      if (!signal.aborted) replace(result, element('p.problem', {}, inWords(error)));
    }
  };
  /** Shows what becomes of an event until the bridge has taken or refused it, and what it does then. */
  const follow = async delivery => {
    closeDetail();
    planning?.abort();
    result.classList.remove('is-stale');
    replace(result, element('p.note', {}, app.bridge.state === 'connected' ? 'Sending …' : 'It is sent as soon as the bridge is back.'));
    try {
      const { id, replayed } = await delivery.accepted;
      if (isClosed) return;
      planning?.abort();
      detail = new EventDetail(app, id);
      replace(result, element('h3', {}, replayed ? 'Sent before: this is the first one' : 'Sent'), detail.node);
    } catch (error) {
      if (isClosed) return;
      planning?.abort();
      editor.objections(error.errors ?? []);
      replace(result, element('div.decision', { data: { state: 'failed' } }, element('p.verdict', {}, icon('state-failed'), element('strong', {}, 'Refused')), element('p', {}, inWords(error))));
    }
    drawButtons();
  };
  const send = () => {
    if (editor.problem || draft.delivery) return;
    const delivery = app.bridge.send(action.type, editor.payload);
    delivery.catch(() => {});
    draft.delivery = delivery;
    const over = () => { draft.delivery = null; };
    delivery.accepted.then(over, over);
    editor.clear();
    drawButtons();
    follow(delivery);
  };

  // Switched off in a way that leaves them the focus, and a screen reader tells why.
  const switchable = (label, work, attributes) => button(label, event => event.detail < 2 && work(), {
    ...attributes, 'aria-describedby': 'payload-problem',
  });
  const looking = switchable('Dry run', dryRun, { data: { verb: 'dry-run' } });
  const sending = switchable('Send', send, { class: 'primary', data: { verb: 'send' } });
  const drawButtons = () => {
    looking.setAttribute('aria-disabled', String(Boolean(editor.problem)));
    sending.setAttribute('aria-disabled', String(Boolean(editor.problem || draft.delivery)));
  };
  const draw = () => {
    drawButtons();
    result.classList.toggle('is-stale', result.childElementCount > 0);
    paste.show(action.type, editor.problem ? undefined : editor.shown);
  };
  const kinds = action.steps.map(({ id, kind, optional }) => element('li', {}, icon(kind), ' ', id, element('span.note', {}, optional ? ' optional' : '')));
  const payload = element('section', {
    'aria-label': 'Payload',
    on: {
      keydown(event) {
        if (event.key !== 'Enter') return;
        const isButton = event.target.tagName === 'BUTTON';
        // A key that is held down presses again and again.
        if (event.repeat && (isButton || event.ctrlKey || event.metaKey)) event.preventDefault();
        else if (event.ctrlKey || event.metaKey) {
          event.preventDefault();
          send();
        } else if (event.target.tagName === 'INPUT') dryRun();
      },
    },
  }, editor.node, element('div.buttons', {}, looking, sending, element('span.note', {}, 'Enter looks, Ctrl Enter sends')));
  editor.listen(draw);
  draw();
  if (draft.delivery) follow(draft.delivery);
  return {
    node: element('div', {},
      element('header', {}, element('h2', {}, action.type), element('p', {}, action.description ?? ''),
        element('ul.inline', { 'aria-label': 'Steps' }, ...kinds), element('p.note', {}, 'Confirmed with ', element('code', {}, action.confirm))),
      element('div.action-columns', {}, payload, result),
      element('section', {}, element('h3', {}, 'From elsewhere'), paste.node)),
    close() {
      isClosed = true;
      planning?.abort();
      closeDetail();
      editor.forgetSecrets();
    },
  };
}
