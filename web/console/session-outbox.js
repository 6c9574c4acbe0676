/** What was sent and is not confirmed yet, kept in this tab: a session of the console ends with the bridge, and the next one sends it again. */

const PREFIX = 'deskbridge.unconfirmed.';

/** Keeps what `connect({ outbox })` of the client asks for, in `sessionStorage`. The key of an entry lets it run only once, however often it is sent. */
export class SessionOutbox {
  lasting = true;

  async open() {
    const entries = [];
    for (const name of Object.keys(sessionStorage).filter(one => one.startsWith(PREFIX))) {
      const entry = readable(sessionStorage.getItem(name));
      if (entry) entries.push(entry);
      else sessionStorage.removeItem(name);
    }
    return { entries: entries.sort((a, b) => a.at - b.at), cursor: null };
  }

  async put(entry) { sessionStorage.setItem(PREFIX + entry.key, JSON.stringify(entry)); }
  async remove(key) { sessionStorage.removeItem(PREFIX + key); }

  // The session knows its place.
  async setCursor() {}
  close() {}
}

function readable(text) {
  try {
    const entry = JSON.parse(text);
    const isWhole = typeof entry.key === 'string' && typeof entry.type === 'string' && typeof entry.payload === 'string' && Number.isFinite(entry.at);
    return isWhole ? entry : null;
  } catch {
    return null;
  }
}
