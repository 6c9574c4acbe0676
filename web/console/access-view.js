/** Access: who may come in, what they may cause, what may be touched. */

import { inWords } from './api.js';
import { confirmed, copyButton, showDialog } from './dialogs.js';
import { button, element, replace } from './elements.js';
import { dateAndTime, relative } from './formats.js';
import { freshness, redraw } from './freshness.js';
import { icon } from './icons.js';
import { readObject } from './json-text.js';
import { decisionView, stepsView } from './plan-view.js';
import { objectTo, textField } from './text-field.js';

export function accessView(app) {
  const renew = () => fresh.renew();
  const tokens = part('Tokens and origins', () => app.api.tokens(), all => tokenTable(app, all, renew), button('New token…', () => create(app, renew)));
  const answers = part('Remembered answers', () => app.api.answers(), all => answerTable(app, all, renew));
  const policy = part('Policies in force', () => app.api.policy(), policyTables);
  const fresh = freshness(app, async () => {
    const loads = await Promise.allSettled([tokens, answers, policy].map(one => one.load()));
    const failed = loads.find(({ reason }) => reason);
    if (failed) throw failed.reason;
  });
  return {
    node: element('div.access', {}, fresh.node, tokens.node, answers.node,
      element('section.card', {}, element('h2', {}, 'Why is that allowed?'), explainForm(app)), policy.node),
    title: 'Access', close: fresh.close,
  };
}

/** A card whose contents the bridge is asked for. What was shown once stays while the bridge does not answer. */
function part(title, ask, draw, ...verbs) {
  const heading = element('h2', { tabindex: '-1' }, title);
  const place = element('div', {}, element('p.note', {}, 'Loading …'));
  let isDrawn = false;
  const load = async () => {
    try {
      redraw(place, heading, draw(await ask()));
      isDrawn = true;
    } catch (error) {
      if (!isDrawn) redraw(place, heading, element('p.problem', {}, inWords(error)), button('Try again', () => load().catch(() => {})));
      throw error;
    }
  };
  return { node: element('section.card', {}, element('header', {}, heading, ...verbs), place), load };
}

const table = (label, heads, rows) => element('div.scroll', { tabindex: '0', role: 'region', 'aria-label': label }, element('table', {},
  element('thead', {}, element('tr', {}, ...heads.map(head => element('th', { scope: 'col' }, head)))), element('tbody', {}, ...rows)));

function tokenTable(app, tokens, changed) {
  if (!tokens.length) {
    return element('p.note', {}, 'No token yet. A web page needs one: ', element('code', {}, 'deskbridge token create dashboard --origin https://studio.example'));
  }
  const standing = token => (token.revokedAt ? 'cancelled' : Date.parse(token.expiresAt) < Date.now() ? 'expired' : 'succeeded');
  const words = { cancelled: 'Revoked', expired: 'Expired', succeeded: 'In force' };
  const ranks = { succeeded: 0, expired: 1, cancelled: 2 };
  const sorted = [...tokens].sort((a, b) => ranks[standing(a)] - ranks[standing(b)] || (a.createdAt < b.createdAt ? 1 : -1));
  return table('Tokens', ['Client', 'Origins', 'State', 'Last used', 'Expires', ''], sorted.slice(0, 200).map(token => {
    const state = standing(token);
    const isOwn = token.client === app.session.client;
    return element('tr', { class: state === 'succeeded' ? null : 'past' },
      element('th', { scope: 'row' }, token.client, token.label ? element('span.note', {}, ` ${token.label}`) : null, token.desk ? element('span.note', {}, ' this console') : null),
      element('td', {}, token.origins.length ? element('ul.plain', {}, ...token.origins.map(origin => element('li', {}, origin))) : element('span.note', {}, 'no web page')),
      element('td', {}, element('span.state', { data: { state } }, icon(`state-${state}`), element('span', {}, words[state]))),
      element('td', {}, token.lastUsedAt ? element('time', { datetime: token.lastUsedAt, title: dateAndTime(token.lastUsedAt) }, relative(token.lastUsedAt)) : 'never'),
      element('td', {}, element('time', { datetime: token.expiresAt, title: dateAndTime(token.expiresAt) }, relative(token.expiresAt))),
      element('td', {}, state !== 'succeeded' ? null : element('div.buttons', {},
        isOwn ? null : button('Rotate…', () => rotate(app, token, changed), { 'aria-label': `Rotate the token of ${token.client}`, data: { key: `rotate ${token.id}` } }),
        button('Revoke…', () => revoke(app, token, changed), { class: 'danger', 'aria-label': `Revoke the token of ${token.client}`, data: { key: `revoke ${token.id}` } }))));
  }));
}

/** What was answered once and for all, with a way to be asked again. */
function answerTable(app, answers, changed) {
  if (!answers.length) return element('p.note', {}, 'None. A rule with ', element('code', {}, 'remember'), ' asks once for each client and page, and your answer stands here.');
  const words = { in_force: 'In force', expired: 'Expired', rule_changed: 'Its rule has changed' };
  return table('Remembered answers', ['Answer', 'Client', 'Page', 'Asked about', 'Given', 'Expires', ''], answers.map(answer => {
    const { number, client, origin, standing } = answer;
    const isYes = answer.answer === 'approved';
    return element('tr', { class: standing === 'in_force' ? null : 'past' },
      element('th', { scope: 'row' }, element('span.state', { data: { state: isYes ? 'succeeded' : 'failed' } }, icon(`state-${isYes ? 'succeeded' : 'failed'}`), element('span', {}, isYes ? 'Allowed' : 'Denied')),
        standing === 'in_force' ? null : element('span.note', {}, ` ${words[standing] ?? standing}`)),
      element('td', {}, client), element('td', {}, origin ?? element('span.note', {}, 'no web page')),
      element('td', {}, answer.type, ' ', element('code', {}, answer.rule ?? answer.askedBy)),
      element('td', {}, element('time', { datetime: answer.answeredAt, title: dateAndTime(answer.answeredAt) }, relative(answer.answeredAt))),
      element('td', {}, answer.expiresAt ? element('time', { datetime: answer.expiresAt, title: dateAndTime(answer.expiresAt) }, relative(answer.expiresAt)) : 'never'),
      element('td', {}, button('Forget…', () => forget(app, answer, changed), { class: 'danger', 'aria-label': `Forget answer ${number} about ${client}`, data: { key: `forget ${number}` } })));
  }));
}

async function forget(app, { number, client, origin }, changed) {
  const isYes = await confirmed(`Forget answer ${number}?`, [
    element('p', {}, `You are asked again when ${client} sends such an event from ${origin ?? 'outside a web page'}. Events that were let through go on.`),
  ], 'Forget');
  if (!isYes) return;
  await tried(app, async () => {
    await app.api.forgetAnswer(number);
    app.notices.say(`Answer ${number} is forgotten`);
  });
  changed();
}

async function revoke(app, token, changed) {
  const isYes = await confirmed(`Revoke the token of ${token.client}?`, [
    element('p', {}, 'Its connections end at once, and whoever has it is refused from now on. This cannot be undone; events that were accepted go on.'),
    token.client === app.session.client ? element('p', {}, 'It may be the one of this console: then you have to sign in again.') : null,
  ], 'Revoke');
  if (!isYes) return;
  await tried(app, async () => {
    await app.api.revokeToken(token.id);
    app.notices.say(`The token of ${token.client} is revoked`);
  });
  changed();
}

async function rotate(app, token, changed) {
  const isYes = await confirmed(`Rotate the token of ${token.client}?`, [
    element('p', {}, 'You get a new token. The old one goes on for 10 minutes, so that you can put the new one in its place; then it is refused.'),
  ], 'Rotate', { isDangerous: false });
  if (!isYes) return;
  await tried(app, async () => showToken(await app.api.rotateToken(token.id, { overlap: '10m' })));
  changed();
}

/** Asks for what a new token is to be, until the bridge has made it; then shows it. */
async function create(app, changed) {
  const fields = {
    '/client': textField('token-client', 'Client', { hint: 'A name that policies know it by', placeholder: 'dashboard', autofocus: true }),
    '/origins': textField('token-origin', 'Origins', { hint: 'The web pages that may use it, with spaces between; empty for programs', placeholder: 'https://studio.example' }),
    '/expires': textField('token-expires', 'Good for', { hint: 'Such as 30d; 90 days if empty', placeholder: '90d' }),
  };
  const problem = element('p.problem', { role: 'alert' });
  let making = null;
  const make = async () => {
    const order = { client: fields['/client'].value, origins: fields['/origins'].value.split(/[\s,]+/).filter(Boolean) };
    if (fields['/expires'].value) order.expires = fields['/expires'].value;
    try {
      const made = await app.api.createToken(order);
      form.closest('dialog')?.close('made');
      return made;
    } catch (error) {
      making = null;
      if (!form.isConnected) app.notices.warn(inWords(error));
      else if (!objectTo(fields, error.errors ?? [])) replace(problem, inWords(error));
      return null;
    }
  };
  const submit = event => {
    event.preventDefault();
    if (making) return;
    Object.values(fields).forEach(field => field.clear());
    replace(problem);
    making = make();
  };
  const form = element('form.fields', { id: 'token-form', on: { submit } }, ...Object.values(fields).map(({ node }) => node), problem);
  await showDialog('New token', [form], [
    element('button', { type: 'button', data: { answer: '' } }, 'Cancel'), element('button', { type: 'submit', form: 'token-form', class: 'primary' }, 'Create'),
  ]);
  // It may have been made although nobody waited for it any more: then it is shown all the same.
  const made = await making;
  if (!made) return;
  await showToken(made);
  changed();
}

const showToken = ({ token, client }) => showDialog(`The token of ${client}`, [
  element('p', {}, 'It is shown this once: only its hash is kept.'), element('p', {}, element('code.secret', {}, token)), copyButton(token, 'Copy the token'),
], [element('button', { type: 'button', class: 'primary', data: { answer: '' } }, 'I have it')]);

async function tried(app, work) {
  try {
    await work();
  } catch (error) {
    app.notices.warn(inWords(error));
  }
}

function policyTables({ rules, visibility, grants, findings = [] }) {
  const effects = { allow: 'succeeded', ask: 'waiting', deny: 'failed' };
  const place = item => element('code', {}, item.rule ?? [item.file, item.line].filter(value => value !== undefined).join(':'));
  const ruleRows = rules.map(rule => element('tr', {},
    element('td', {}, element('span.state', { data: { state: effects[rule.effect] ?? 'unknown' } }, icon(`state-${effects[rule.effect] ?? 'unknown'}`), element('span', {}, rule.effect))),
    element('td', {}, element('code', {}, written(rule.written))), element('td', {}, place(rule))));
  const grantRows = grants.map(grant => element('tr', {}, element('td', {}, grant.kind), element('td', {}, element('code', {}, grant.text)), element('td', {}, place(grant))));
  const problems = findings.map(finding => element('li', {}, element('code', {}, `${finding.file}:${finding.line}`), ' ', finding.message));
  return [
    problems.length ? element('div.decision', { data: { state: 'unknown' } }, element('p.verdict', {}, icon('state-unknown'), element('strong', {}, 'Worth a look')), element('ul', {}, ...problems)) : null,
    element('h3', {}, 'Rules, in their order: the first that matches decides'),
    rules.length ? table('Rules', ['Effect', 'Rule', 'Where'], ruleRows) : element('p.note', {}, 'There are none, so every event is denied.'),
    element('h3', {}, 'Grants: what any action may touch'),
    grants.length ? table('Grants', ['Kind', 'What', 'Where'], grantRows) : element('p.note', {}, 'Nothing is granted, so no action can do anything.'),
    visibility.length ? [element('h3', {}, 'Visibility'), table('Visibility', ['Client', 'Sees the events of'],
      visibility.map(({ client, sees }) => element('tr', {}, element('th', { scope: 'row' }, client), element('td', {}, sees.join(', ')))))] : null,
  ];
}

/** A rule as its file has it, on one line. */
const written = rule => (typeof rule === 'string' ? rule : Object.entries(rule ?? {}).map(([key, value]) =>
  `${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : typeof value === 'object' ? JSON.stringify(value) : value}`).join(', '));

function explainForm(app) {
  const answer = element('div', { 'aria-live': 'polite' });
  const fields = {
    '/type': textField('explain-type', 'Event type', { placeholder: 'CREATE_RESOURCE' }),
    '/client': textField('explain-client', 'Client', { placeholder: 'local' }),
    '/origin': textField('explain-origin', 'Origin', { placeholder: 'none' }),
    '/payload': textField('explain-payload', 'Payload', { rows: '3', placeholder: '{"name": "Project_001"}', isOptional: true }),
  };
  const [type, client, origin, payload] = Object.values(fields);
  payload.node.classList.add('wide');
  const ask = async event => {
    event.preventDefault();
    Object.values(fields).forEach(field => field.clear());
    const question = { type: type.value, client: client.value || 'local', origin: origin.value || null };
    const { value, problem } = payload.value ? readObject(payload.input.value) : {};
    if (value) question.payload = value;
    const own = [];
    if (!type.value) own.push({ pointer: '/type', message: 'which event? Give its type, such as CREATE_RESOURCE' });
    if (problem) own.push({ pointer: '/payload', message: problem });
    if (objectTo(fields, own)) return void replace(answer);
    try {
      replace(answer, explanation(await app.api.explain(question)));
    } catch (error) {
      replace(answer, objectTo(fields, error.errors ?? []) ? null : element('p.problem', {}, inWords(error)));
    }
  };
  return element('div', {}, element('form.explain', { on: { submit: ask } }, ...Object.values(fields).map(({ node }) => node), element('button', { type: 'submit', class: 'primary' }, 'Explain')), answer);
}

function explanation({ decision, rules = [], plan }) {
  const looks = rules.map(({ rule, effect, matches, reason }) => element('li', { data: { state: matches ? 'succeeded' : 'cancelled' } }, icon(matches ? 'state-succeeded' : 'state-cancelled'),
    element('span', {}, `${effect} `, element('code', {}, rule), matches ? ' matches' : `: ${reason}`)));
  return [
    decisionView(decision), looks.length ? element('ol.looks', {}, ...looks) : null,
    plan?.steps ? [element('h3', {}, plan.verdict === 'refused' ? 'The grants refuse a step' : 'The grants allow its steps'), stepsView(plan.steps)] : null,
    plan?.errors ? element('ul.problem', {}, ...plan.errors.map(({ pointer, message }) => element('li', {}, `${pointer} ${message}`))) : null,
    plan?.reason ? element('p.note', {}, plan.reason) : null,
  ];
}
