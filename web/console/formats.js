/** Times, durations and sizes in words. */

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const minute = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Without the narrow spaces and direction marks of some languages, which would be shown as hidden characters. */
const ordinary = text => text.replace(/\p{Zs}/gu, ' ').replace(/[\u061C\u200E\u200F]/g, '');

export const time = at => ordinary(clock.format(new Date(at)));

export const hourAndMinute = at => ordinary(minute.format(new Date(at)));

/** The time, with the day unless it is today. */
export function moment(at) {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString() ? time(date) : ordinary(`${day.format(date)} ${clock.format(date)}`);
}

export const dateAndTime = at => ordinary(full.format(new Date(at)));

/** When an event was accepted: its id is a version 7 UUID, which begins with the milliseconds since 1970 (RFC 9562 section 5.7). */
export const timeOfId = id => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

export function duration(milliseconds) {
  const ms = Math.max(0, milliseconds);
  if (ms < 1) return '< 1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor(seconds % 86_400 / 3600)} h`;
}

/** Such as `3 min ago` and `in 2 d`, of one unit. */
export function relative(at, now = Date.now()) {
  const ms = new Date(at) - now;
  const size = Math.abs(ms);
  if (size < 5000) return 'now';
  const [count, unit] = size < 60_000 ? [size / 1000, 's'] : size < 3_600_000 ? [size / 60_000, 'min']
    : size < 86_400_000 ? [size / 3_600_000, 'h'] : [size / 86_400_000, 'd'];
  return ms < 0 ? `${Math.floor(count)} ${unit} ago` : `in ${Math.floor(count)} ${unit}`;
}

export function bytes(count) {
  if (count < 1024) return `${count} B`;
  return count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

export const number = value => ordinary(value.toLocaleString());

export const count = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;
