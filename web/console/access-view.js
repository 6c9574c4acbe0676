/** Access: who may come in, what they may cause, what may be touched. */

import { inWords } from './api.js';
import { confirmed, copyButton, showDialog } from './dialogs.js';
import { button, element, replace } from './elements.js';
import { dateAndTime, relative } from './formats.js';
import { decisionView, stepsView } from './plan-view.js';
import { icon } from './icons.js';

export function accessView(app) {
  const tokens = element('div');
  const policy = element('div');
  const answers = element('div');
  const showTokens = () => load(tokens, () => app.api.tokens(), all => tokenTable(app, all, showTokens));
  const showPolicy = () => load(policy, () => app.api.policy(), policyTables);
  showTokens();
  showPolicy();
  const showAnswers = () => load(answers, () => app.api.answers(), all => answerTable(app, all, showAnswers));
  showAnswers();
  const end = app.connected.add(() => {
    showPolicy();
    showAnswers();
  });
  return {
    node: element('div.access', {},
      element('section.card', {}, element('header', {}, element('h2', {}, 'Tokens and origins'), button('New token…', () => create(app, showTokens))), tokens),
      element('section.card', {}, element('h2', {}, 'Remembered answers'), answers),
      element('section.card', {}, element('h2', {}, 'Why is that allowed?'), explainForm(app)),
      element('section.card', {}, element('h2', {}, 'Policies in force'), policy)),
    title: 'Access', close: end,
  };
}

async function load(place, ask, draw) {
  try {
    replace(place, draw(await ask()));
  } catch (error) {
    replace(place, element('p.problem', {}, inWords(error)), button('Try again', () => load(place, ask, draw)));
  }
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
        isOwn ? null : button('Rotate…', () => rotate(app, token, changed), { 'aria-label': `Rotate the token of ${token.client}` }),
        button('Revoke…', () => revoke(app, token, changed), { class: 'danger', 'aria-label': `Revoke the token of ${token.client}` }))));
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
      element('td', {}, button('Forget…', () => forget(app, answer, changed), { class: 'danger', 'aria-label': `Forget answer ${number} about ${client}` })));
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

async function create(app, changed) {
  const input = (id, label, hint, attributes = {}) => element('div.field', {}, element('label', { for: id }, label), element('p.note', { id: `${id}-hint` }, hint),
    element('input', { type: 'text', id, 'aria-describedby': `${id}-hint`, autocomplete: 'off', spellcheck: 'false', ...attributes }));
  const fields = [
    input('token-client', 'Client', 'A name that policies know it by', { placeholder: 'dashboard', autofocus: true }),
    input('token-origin', 'Origins', 'The web pages that may use it, with spaces between; empty for programs', { placeholder: 'https://studio.example' }),
    input('token-expires', 'Good for', 'Such as 30d; 90 days if empty', { placeholder: '90d' }),
  ];
  const value = index => fields[index].querySelector('input').value.trim();
  const answer = await showDialog('New token', [element('div.fields', {}, ...fields)], [
    element('button', { type: 'button', data: { answer: '' } }, 'Cancel'), element('button', { type: 'button', class: 'primary', data: { answer: 'yes' } }, 'Create'),
  ]);
  if (answer !== 'yes') return;
  const order = { client: value(0), origins: value(1).split(/[\s,]+/).filter(Boolean) };
  if (value(2)) order.expires = value(2);
  await tried(app, async () => showToken(await app.api.createToken(order)));
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
  const input = (id, label, placeholder) => [element('label', { for: id }, label), element('input', { type: 'text', id, placeholder, autocomplete: 'off', spellcheck: 'false' })];
  const payload = element('textarea.code', { id: 'explain-payload', rows: '3', spellcheck: 'false', placeholder: '{"name": "Project_001"}' });
  const value = id => form.querySelector(`#${id}`).value.trim();
  const ask = async event => {
    event.preventDefault();
    try {
      const question = { type: value('explain-type'), client: value('explain-client') || 'local', origin: value('explain-origin') || null };
      if (payload.value.trim()) question.payload = JSON.parse(payload.value);
      replace(answer, explanation(await app.api.explain(question)));
    } catch (error) {
      replace(answer, element('p.problem', {}, inWords(error)));
    }
  };
  const form = element('form.explain', { on: { submit: ask } },
    element('div.field', {}, input('explain-type', 'Event type', 'CREATE_RESOURCE')), element('div.field', {}, input('explain-client', 'Client', 'local')),
    element('div.field', {}, input('explain-origin', 'Origin', 'none')),
    element('div.field.wide', {}, element('label', { for: 'explain-payload' }, 'Payload', element('span.note', {}, ' optional')), payload),
    element('button', { type: 'submit', class: 'primary' }, 'Explain'));
  return element('div', {}, form, answer);
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
