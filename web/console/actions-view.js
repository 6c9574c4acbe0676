/** Actions: fill in, look at what it would do, send, watch. */

import { inWords } from './api.js';
import { button, element, replace } from './elements.js';
import { EventDetail } from './event-detail.js';
import { icon } from './icons.js';
import { planView } from './plan-view.js';
import { schemaForm } from './schema-form.js';
import { snippets } from './snippets.js';

export function actionsView(app, route) {
  const names = element('nav.side', { 'aria-label': 'Actions' });
  const main = element('div.action');
  const node = element('div.actions-view', {}, names, main);
  let page = null;
  let isClosed = false;
  const open = (actions, type) => {
    const action = actions.find(one => one.type === type) ?? actions[0];
    page?.close();
    page = actionPage(app, action);
    replace(main, page.node);
    for (const link of names.querySelectorAll('a')) link.toggleAttribute('aria-current', link.dataset.type === action.type);
  };
  const load = async () => {
    replace(main, element('p.note', {}, 'Loading the actions …'));
    try {
      const actions = await app.api.actions();
      if (isClosed) return;
      if (!actions.length) return void replace(main, noActions());
      replace(names, element('ul', {}, actions.map(({ action, type, description }) => element('li', {},
        element('a', { href: `#/actions/${encodeURIComponent(type)}`, data: { type }, title: description ?? null }, element('strong', {}, type), element('span.note', {}, action))))));
      open(actions, route.id);
    } catch (error) {
      replace(main, element('div.empty', {}, element('h3', {}, 'The actions cannot be shown'), element('p', {}, inWords(error)), button('Try again', load, { class: 'primary' })));
    }
  };
  load();
  return {
    node, title: 'Actions',
    close() {
      isClosed = true;
      page?.close();
    },
  };
}

const noActions = () => element('div.empty', {}, icon('actions'), element('h3', {}, 'No action yet'),
  element('p', {}, 'An action is a YAML file in the folder ', element('code', {}, 'actions/'), ' that says what an event does. ', element('code', {}, 'deskbridge init'), ' writes one to start with.'),
  element('p', {}, 'Is there one? ', element('code', {}, 'deskbridge actions check'), ' says what is wrong with it.'));

function actionPage(app, action) {
  let detail = null;
  let planning = null;
  let delivery = null;
  const result = element('section.result', { 'aria-label': 'What it would do', 'aria-live': 'polite' });
  const paste = snippets(location.origin);
  const form = schemaForm(action.schema, () => {
    result.classList.toggle('is-stale', result.childElementCount > 0);
    text.value = JSON.stringify(form.value(), null, 2);
    paste.show(action.type, form.value());
  });
  const text = element('textarea.code', { rows: '10', spellcheck: 'false', 'aria-label': 'Payload as JSON', on: { input: () => takeText() } });
  const textProblem = element('p.problem', { hidden: true });
  const takeText = () => {
    try {
      form.set(JSON.parse(text.value));
      paste.show(action.type, form.value());
      textProblem.hidden = true;
    } catch (error) {
      replace(textProblem, `This is not JSON yet: ${error.message}`);
      textProblem.hidden = false;
    }
  };
  const secrets = Object.values(action.schema.properties ?? {}).some(schema => schema.writeOnly);
  const asText = secrets ? null : element('details', {}, element('summary', {}, 'As JSON'), text, textProblem);

  const dryRun = async () => {
    planning?.abort();
    planning = new AbortController();
    const { signal } = planning;
    closeDetail();
    try {
      const answer = await app.api.plan(action.type, form.value(), { signal });
      if (signal.aborted) return;
      form.clear();
      form.objections((answer.decision.errors ?? []).filter(({ pointer }) => pointer.startsWith('/payload/')));
      result.classList.remove('is-stale');
      replace(result, element('h3', {}, 'Dry run: nothing was done'), planView(answer));
    } catch (error) {
      if (!signal.aborted) replace(result, element('p.problem', {}, inWords(error)));
    }
  };
  const closeDetail = () => {
    detail?.close();
    detail = null;
  };
  const send = async () => {
    const payload = form.value();
    closeDetail();
    form.clear();
    result.classList.remove('is-stale');
    const mine = app.bridge.send(action.type, payload);
    delivery = mine;
    mine.catch(() => {});
    replace(result, element('p.note', {}, app.bridge.state === 'connected' ? 'Sending …' : 'It is sent as soon as the bridge is back.'));
    try {
      const { id, replayed } = await mine.accepted;
      if (delivery !== mine) return;
      detail = new EventDetail(app, id);
      replace(result, element('h3', {}, replayed ? 'Sent before: this is the first one' : 'Sent'), detail.node);
    } catch (error) {
      if (delivery !== mine) return;
      form.objections(error.errors ?? []);
      replace(result, element('div.decision', { data: { state: 'failed' } }, element('p.verdict', {}, icon('state-failed'), element('strong', {}, 'Refused')), element('p', {}, inWords(error))));
    }
  };

  const kinds = action.steps.map(({ id, kind, optional }) => element('li', {}, icon(kind), ' ', id, element('span.note', {}, optional ? ' optional' : '')));
  form.node.addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
    else if (event.key === 'Enter' && event.target.tagName === 'INPUT') dryRun();
  });
  text.value = JSON.stringify(form.value(), null, 2);
  paste.show(action.type, form.value());
  return {
    node: element('div', {},
      element('header', {}, element('h2', {}, action.type), element('p', {}, action.description ?? ''),
        element('ul.inline', { 'aria-label': 'Steps' }, ...kinds), element('p.note', {}, 'Confirmed with ', element('code', {}, action.confirm))),
      element('div.action-columns', {},
        element('section', { 'aria-label': 'Payload' }, form.node, asText,
          element('div.buttons', {}, button('Dry run', dryRun, { data: { verb: 'dry-run' } }), button('Send', send, { class: 'primary', data: { verb: 'send' } }),
            element('span.note', {}, 'Enter looks, Ctrl Enter sends'))),
        result),
      element('section', {}, element('h3', {}, 'From elsewhere'), paste.node)),
    close() {
      planning?.abort();
      closeDetail();
      delivery = null;
    },
  };
}
