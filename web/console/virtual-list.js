/**
 * A grid of which only the rows in sight exist. Moves with the keyboard; says its size and place to screen readers.
 *
 * The grid has the focus and names its current row with `aria-activedescendant`, so that rows may come and go while one scrolls.
 */

import { element } from './elements.js';
import { coalesced } from './listeners.js';

const SPARE = 6;
let grids = 0;

export class VirtualList {
  rows = [];
  current = null;
  selected = new Set();
  #pool = []; #name = `grid-${++grids}`; #options; #anchor = null;
  #draw = coalesced(() => this.#render());

  /**
   * @param {object} options
   * @param {string} options.label what the list holds
   * @param {{name: string, label: string}[]} options.columns
   * @param {(cells: Record<string, HTMLElement>, row: any) => void} options.fill puts a row into cells
   * @param {(row: any) => string} options.key
   * @param {(row: any) => void} [options.open] Enter, or a click
   * @param {() => void} [options.select] the selection changed; without it nothing can be selected
   * @param {() => void} [options.end] the end is near
   */
  constructor(options) {
    this.#options = options;
    this.body = element('div.grid-body', { role: 'rowgroup' });
    this.space = element('div.grid-space', { role: 'presentation' });
    this.body.append(this.space);
    const heads = options.columns.map(({ name, label }) => element(`span.cell.cell-${name}`, { role: 'columnheader' }, label));
    this.all = element('input.row-check', { type: 'checkbox', tabindex: '-1', 'aria-label': 'Select all that are loaded', on: { change: () => this.#selectAll() } });
    if (options.select) heads.unshift(element('span.cell.cell-check', { role: 'columnheader' }, this.all));
    this.node = element('div.grid', {
      role: 'grid', tabindex: '0', 'aria-label': options.label, 'aria-multiselectable': options.select ? 'true' : null,
      on: { keydown: event => this.#key(event), focus: () => this.#draw() },
    }, element('div.grid-head', { role: 'rowgroup' }, element('div.row', { role: 'row', 'aria-rowindex': '1' }, ...heads)), this.body);
    this.body.addEventListener('scroll', this.#draw, { passive: true });
    this.observer = new ResizeObserver(() => this.#draw());
    this.observer.observe(this.body);
  }

  /** Shows these rows. What is in sight stays in sight when others come above it. */
  show(rows) {
    const height = this.#height();
    const top = this.body.scrollTop;
    if (top > height && this.#anchor) {
      const index = rows.findIndex(row => this.#options.key(row) === this.#anchor.key);
      if (index >= 0 && index !== this.#anchor.index) this.body.scrollTop = top + (index - this.#anchor.index) * height;
    }
    this.rows = rows;
    if (this.selected.size) {
      const keys = new Set(rows.map(this.#options.key));
      const gone = [...this.selected].filter(key => !keys.has(key));
      gone.forEach(key => this.selected.delete(key));
      if (gone.length) this.#options.select?.();
    }
    this.node.setAttribute('aria-rowcount', rows.length + 1);
    this.#draw();
  }

  /** Draws the rows in sight again. */
  refresh() { this.#draw(); }

  clearSelection() {
    this.selected.clear();
    this.#options.select?.();
    this.#draw();
  }

  close() { this.observer.disconnect(); }

  #height() { return parseFloat(getComputedStyle(this.node).getPropertyValue('--row-height')) || 36; }

  #render() {
    const height = this.#height();
    const { key, fill, end } = this.#options;
    const { scrollTop, clientHeight } = this.body;
    this.space.style.height = `${this.rows.length * height}px`;
    const first = Math.max(0, Math.floor(scrollTop / height) - SPARE);
    const last = Math.min(this.rows.length, Math.ceil((scrollTop + clientHeight) / height) + SPARE);
    const place = Math.min(this.rows.length - 1, Math.floor(scrollTop / height));
    this.#anchor = place >= 0 ? { key: key(this.rows[place]), index: place } : null;
    while (this.#pool.length < last - first) this.#pool.push(this.#makeRow());
    const drawn = new Map();
    // A row keeps its element while it stays in sight, so that focus and hover don't jump.
    for (let index = first; index < last; index++) drawn.set(index % this.#pool.length, index);
    let active = null;
    this.#pool.forEach((slot, position) => {
      const index = drawn.get(position);
      slot.node.hidden = index === undefined;
      if (index === undefined) return;
      const row = this.rows[index];
      const name = key(row);
      slot.row = row;
      slot.node.style.transform = `translateY(${index * height}px)`;
      slot.node.setAttribute('aria-rowindex', index + 2);
      slot.node.dataset.key = name;
      slot.node.classList.toggle('current', name === this.current);
      if (name === this.current) active = slot.node.id;
      if (this.#options.select) {
        const isSelected = this.selected.has(name);
        slot.node.setAttribute('aria-selected', isSelected);
        slot.check.checked = isSelected;
      }
      fill(slot.cells, row);
    });
    if (active) this.node.setAttribute('aria-activedescendant', active);
    else this.node.removeAttribute('aria-activedescendant');
    this.node.style.setProperty('--scrollbar', `${this.body.offsetWidth - this.body.clientWidth}px`);
    this.all.checked = this.rows.length > 0 && this.selected.size === this.rows.length;
    this.all.indeterminate = this.selected.size > 0 && this.selected.size < this.rows.length;
    if (end && last >= this.rows.length - 20) end();
  }

  #makeRow() {
    const slot = { cells: {}, row: null };
    const cells = this.#options.columns.map(({ name }) => {
      slot.cells[name] = element(`span.cell.cell-${name}`, { role: 'gridcell' });
      return slot.cells[name];
    });
    if (this.#options.select) {
      slot.check = element('input.row-check', { type: 'checkbox', tabindex: '-1', 'aria-label': 'Select' });
      cells.unshift(element('span.cell.cell-check', { role: 'gridcell' }, slot.check));
    }
    slot.node = element('div.row', { role: 'row', id: `${this.#name}-${this.#pool.length}`, on: { click: event => this.#click(event, slot) } }, ...cells);
    this.body.append(slot.node);
    return slot;
  }

  #click(event, { row }) {
    const key = this.#options.key(row);
    if (this.#options.select && (event.target.closest('.cell-check') || event.shiftKey || event.ctrlKey || event.metaKey)) {
      this.#toggle(key, event.shiftKey);
      if (event.target.tagName !== 'INPUT') event.preventDefault();
      return;
    }
    this.#move(key);
    this.#options.open?.(row);
  }

  #toggle(key, isRange = false) {
    const shouldSelect = !this.selected.has(key);
    const keys = this.rows.map(this.#options.key);
    const [from, to] = [keys.indexOf(this.current), keys.indexOf(key)];
    const range = isRange && from >= 0 ? keys.slice(Math.min(from, to), Math.max(from, to) + 1) : [key];
    range.forEach(one => (shouldSelect ? this.selected.add(one) : this.selected.delete(one)));
    this.current = key;
    this.#options.select();
    this.#draw();
  }

  #selectAll() {
    const shouldSelect = this.selected.size < this.rows.length;
    this.selected = new Set(shouldSelect ? this.rows.map(this.#options.key) : []);
    this.#options.select();
    this.#draw();
  }

  #move(key) {
    this.current = key;
    this.#draw();
  }

  #key(event) {
    const index = this.rows.findIndex(row => this.#options.key(row) === this.current);
    const page = Math.max(1, Math.floor(this.body.clientHeight / this.#height()) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const next = Math.max(0, Math.min(this.rows.length - 1, index < 0 ? 0 : index + steps[event.key]));
      if (this.rows[next]) {
        if (event.shiftKey && this.#options.select) this.selected.add(this.#options.key(this.rows[next]));
        this.#scrollTo(next);
        this.#move(this.#options.key(this.rows[next]));
        if (event.shiftKey) this.#options.select?.();
      }
    } else if (event.key === ' ' && this.#options.select && index >= 0) this.#toggle(this.current);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && this.#options.select) this.#selectAll();
    else if (event.key === 'Enter' && index >= 0) this.#options.open?.(this.rows[index]);
    else if (event.key === 'Escape' && this.selected.size) this.clearSelection();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #scrollTo(index) {
    const height = this.#height();
    const { scrollTop, clientHeight } = this.body;
    if (index * height < scrollTop) this.body.scrollTop = index * height;
    else if ((index + 1) * height > scrollTop + clientHeight) this.body.scrollTop = (index + 1) * height - clientHeight;
  }
}
