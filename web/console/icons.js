/** Icons, drawn on a grid of 16 with strokes of the text's colour. Each state has a shape of its own. */

import { drawing } from './elements.js';

const PATHS = {
  'state-queued': 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11',
  'state-running': 'M8 2.5a5.5 5.5 0 0 1 5.5 5.5M8 13.5a5.5 5.5 0 0 1-5.5-5.5M6.5 5.5l4 2.5-4 2.5z',
  'state-retrying': 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3.2H9.8',
  'state-waiting': 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M6.4 6v4M9.6 6v4',
  'state-unknown': 'M8 1.8 14.2 8 8 14.2 1.8 8zM6.6 6.6a1.5 1.5 0 1 1 1.9 1.5q-.5.2-.5.8M8 10.9v.1',
  'state-failed': 'M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4zM6 6l4 4M10 6l-4 4',
  'state-succeeded': 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M5.6 8.2l1.7 1.7 3.2-3.6',
  'state-cancelled': 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M4.2 11.8l7.6-7.6',
  'state-expired': 'M4 2h8M4 14h8M5 2c0 4 6 4 6 6s-6 2-6 6M11 2c0 4-6 4-6 6s6 2 6 6',
  now: 'M1.5 8.5h3l2-5.5 3 10 2-4.5h3',
  queue: 'M2 4h12M2 8h12M2 12h7',
  actions: 'M8.8 1.5 3.5 9h4l-.6 5.5L12.5 7h-4z',
  events: 'M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3',
  access: 'M8 1.5l5 2v4c0 3.2-2 5.7-5 7-3-1.3-5-3.8-5-7v-4zM6 7.8l1.5 1.5L10.2 6.4',
  audit: 'M6.2 9.8a2.6 2.6 0 0 1 0-3.7l2-2a2.6 2.6 0 0 1 3.7 3.7l-1 1M9.8 6.2a2.6 2.6 0 0 1 0 3.7l-2 2a2.6 2.6 0 0 1-3.7-3.7l1-1',
  debug: 'M2.5 3.5h11v9h-11zM5 6.5l2 1.7-2 1.8M8.5 10.2H11',
  folder: 'M1.8 4h4.4l1.5 1.8h6.5v7.4H1.8z',
  file: 'M4 1.8h5l3 3v9.4H4zM9 1.8v3h3',
  process: 'M2.5 3.5h11v9h-11zM5 6.5l2 1.7-2 1.8M8.5 10.2H11',
  dbus: 'M2 5h7M6.5 2.5 9 5 6.5 7.5M14 11H7M9.5 8.5 7 11l2.5 2.5',
  theme: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M8 2.5v11M10 4.2v7.6M12 5.8v4.4',
  help: 'M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2M6.3 6.3a1.7 1.7 0 1 1 2.2 1.6q-.5.2-.5.9M8 11v.1',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9M10.4 10.4l3.4 3.4',
  in: 'M8 2.5v10M4 8.5l4 4 4-4',
  out: 'M8 13.5v-10M4 7.5l4-4 4 4',
  note: 'M3.5 8h9',
  dot: 'M8 6.5a1.5 1.5 0 1 1 0 3a1.5 1.5 0 1 1 0-3',
};

export function icon(name) {
  const path = drawing('path', { d: PATHS[name] ?? PATHS.dot });
  return drawing('svg', { class: 'icon', viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true', focusable: 'false' }, path);
}
