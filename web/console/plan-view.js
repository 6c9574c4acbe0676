/** A plan, as a dry run answers it: who decided, and all that each step would do. */

import { element, setText } from './elements.js';
import { bytes } from './formats.js';
import { icon } from './icons.js';
import { jsonView } from './json-view.js';

const EFFECTS = {
  allow: ['succeeded', 'Allowed'], ask: ['waiting', 'Asks the person at the desk'], deny: ['failed', 'Refused'],
};

export function planView({ decision, plan }) {
  const node = element('div.plan', {}, decisionView(decision));
  if (plan) node.append(stepsView(plan.steps));
  return node;
}

export function decisionView(decision) {
  const [state, words] = EFFECTS[decision.effect] ?? ['unknown', decision.effect];
  const by = decision.rule ? [' by ', element('code', {}, decision.rule)] : [];
  const reason = decision.reason ? element('p', {}, decision.reason) : null;
  const errors = (decision.errors ?? []).map(({ pointer, message }) => element('li', {}, element('code', {}, pointer || '/'), ' ', message));
  const key = decision.concurrencyKey ? element('p.note', {}, 'Runs one after the other with others of ', element('code', {}, decision.concurrencyKey)) : null;
  return element('div.decision', { data: { state } },
    element('p.verdict', {}, icon(`state-${state}`), element('strong', {}, words), ...by), reason, errors.length ? element('ul', {}, ...errors) : null, key);
}

export const stepsView = steps => element('ol.steps', {}, ...steps.map(stepView));

function stepView(step) {
  const traits = [step.kind, step.safeToRepeat ? 'safe to repeat' : 'never repeated by itself', step.optional ? 'optional' : ''].filter(Boolean);
  const head = element('p.step-head', {}, icon(step.kind), element('strong', {}, step.id), element('span.note', {}, traits.join(' · ')));
  return element('li.step', {}, head, ...stepBody(step));
}

function stepBody(step) {
  if (step.refused) return [element('p.problem', {}, icon('state-failed'), element('span', {}, step.refused.message, ' ', element('code', {}, step.refused.code)))];
  if (step.knownAfter) return [element('p.note', {}, 'Uses what ', element('code', {}, step.knownAfter), ' returns, so it is known once that step has run.')];
  if (!step.plan) return [];
  switch (step.kind) {
    case 'process': return [processView(step.plan)];
    case 'folder': return [folderView(step.plan)];
    case 'dbus': return [busView(step.plan)];
    default: return [element('p', {}, step.summary), jsonView(step.plan, `Plan of ${step.id}`)];
  }
}

function processView({ argv, environment, directory, stdin, timeout, exitCodes, output }) {
  const list = element('ol.argv', { 'aria-label': 'Argument vector' },
    ...argv.map((text, index) => element('li', {}, element('span.index', {}, index), element('code', {}, text === '' ? '(empty)' : text))));
  const variables = Object.entries(environment ?? {});
  return element('div', {}, list, facts({
    'Working folder': directory,
    Environment: variables.length ? element('ul.plain', {}, ...variables.map(([name, value]) => element('li', {}, element('code', {}, `${name}=${value}`)))) : 'empty',
    Input: stdin === null || stdin === undefined ? 'none' : element('pre', { tabindex: '0', 'aria-label': 'Input' }, stdin),
    Timeout: timeout,
    'Exit codes': exitCodes ? element('code', {}, JSON.stringify(exitCodes)) : null,
    Output: output ? `last ${bytes(output.tail)} kept${output.parse === 'json' ? ', read as JSON' : ''}` : null,
  }));
}

function folderView({ path, ifExists, mode, tree }) {
  const words = { reuse: 'adds what is missing', fail: 'fails', suffix: 'takes a name with a number' };
  const root = { name: path, children: new Map() };
  for (const entry of tree) {
    let place = root;
    for (const name of (entry.folder ?? entry.file).split('/')) {
      if (!place.children.has(name)) place.children.set(name, { name, children: new Map() });
      place = place.children.get(name);
    }
    if (entry.file !== undefined) place.size = entry.bytes;
  }
  return element('div', {}, element('ul.tree', { 'aria-label': 'Folders and files' }, branch(root)),
    facts({ 'If it exists': words[ifExists] ?? ifExists, Mode: mode }));
}

function branch({ name, children, size }) {
  const isFile = size !== undefined;
  const label = element('span.leaf', {}, icon(isFile ? 'file' : 'folder'), element('code', {}, name), isFile ? element('span.note', {}, bytes(size)) : null);
  return element('li', {}, label, children.size ? element('ul', {}, ...[...children.values()].map(branch)) : null);
}

function busView({ bus, destination, path, interface: name, member, signature, arguments: values, timeout, start }) {
  return element('div', {}, facts({
    Bus: bus, Destination: destination, Path: path, Interface: name, Member: member, Signature: signature || 'none', Timeout: timeout,
    'If not running': start === 'auto' ? 'the bus starts it' : 'fails',
  }), values.length ? element('ol.argv', { 'aria-label': 'Arguments' },
    ...values.map((value, index) => element('li', {}, element('span.index', {}, index), element('code', {}, JSON.stringify(value))))) : null);
}

/** As `facts`, of texts and shown again and again: only what differs is touched, so that a text that is being selected stays so. */
export function liveFacts() {
  const rows = new Map();
  const node = element('dl.facts');
  const rowOf = name => {
    const value = element('span');
    const row = element('div', {}, element('dt', {}, name), element('dd', {}, value));
    rows.set(name, { row, value });
    node.append(row);
    return rows.get(name);
  };
  return {
    node,
    show(values) {
      for (const [name, text] of Object.entries(values)) {
        const { row, value } = rows.get(name) ?? rowOf(name);
        row.hidden = text === null || text === undefined || text === '';
        if (!row.hidden) setText(value, String(text));
      }
    },
  };
}

/** Names and values; what is null is left out. */
export function facts(values) {
  const pairs = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return element('dl.facts', {}, ...pairs.map(([name, value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value instanceof Node ? value : element('span', {}, String(value))))));
}
