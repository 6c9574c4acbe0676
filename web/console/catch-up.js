/** Asks for what was before the page was there, or happened while the connection was away. */

import { LATELY } from './activity.js';
import { FINAL } from './states.js';

const PAGE = 300;
const PAGES = 8;

/** Call it as soon as the connection is there: what it tells from then on is newer than what is answered here. */
export async function catchUp(app) {
  const seed = app.activity.seed();
  // Once this is answered, the subscription that was asked for before it is in force, so that nothing falls between it and the answers.
  await Promise.resolve().then(() => app.bridge.ping()).catch(() => {});
  await Promise.allSettled([
    pages(app.api, { state: 'running' }, () => false).then(({ events, isWhole }) => seed.running(events, isWhole)),
    endedLately(app.api).then(({ events, isWhole }) => seed.ended(events, isWhole)),
  ]);
  seed.end();
}

/** The list is in the order in which they were accepted, so the first page of which none ended lately is taken for the last. */
function endedLately(api) {
  const begin = Date.now() - LATELY;
  return pages(api, { state: FINAL }, events => events.length > 0 && events.every(event => Date.parse(event.finalAt) < begin));
}

async function pages(api, query, isEnough) {
  const events = [];
  let after = null;
  for (let page = 0; page < PAGES; page++) {
    const answer = await api.events({ ...query, after, limit: PAGE });
    events.push(...answer.events);
    after = answer.next;
    if (after === null || isEnough(answer.events)) return { events, isWhole: true };
  }
  return { events, isWhole: false };
}
