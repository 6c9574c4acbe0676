/**
 * Signing in. `deskbridge console` opens this page with a ticket, good once; `deskbridge pair --console` shows a code to type here.
 * Either buys a token, which stays in this tab alone and is gone with it.
 */

const KEY = 'deskbridge.session';

/** Takes the ticket out of the address, so that it stays in no history. */
export function takeTicket() {
  const match = /^#ticket=([A-Za-z0-9_-]+)$/.exec(location.hash);
  if (match) history.replaceState(null, '', location.pathname);
  return match?.[1] ?? null;
}

/** The session of this tab; null if there is none, or if it ended. */
export function storedSession() {
  try {
    const session = JSON.parse(sessionStorage.getItem(KEY));
    return session && Date.parse(session.expiresAt) > Date.now() ? session : null;
  } catch {
    return null;
  }
}

/**
 * @param {{ticket: string} | {code: string}} payment what the desk gave; a code is answered once the person has confirmed it there
 * @returns {Promise<{token: string, expiresAt: string, client: string, seq: number}>} `seq` is the last confirmation of before the session
 * @throws {Error} whose message says what to do; the reason of `signal` if that ended it
 */
export async function buySession(payment, { signal } = {}) {
  let response;
  try {
    response = await fetch('/v1/console/session', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(payment), signal,
    });
  } catch {
    signal?.throwIfAborted();
    throw new Error('The bridge does not answer. Is it running? "deskbridge status" tells.');
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail ?? `The bridge did not take it, and says only ${response.status}.`);
  sessionStorage.setItem(KEY, JSON.stringify(body));
  return body;
}

/** Keeps the last confirmation that this page was told, so that the next one in this tab goes on there. */
export function keepPlace(seq) {
  const session = storedSession();
  if (session && seq !== null) sessionStorage.setItem(KEY, JSON.stringify({ ...session, seq }));
}

export const forgetSession = () => sessionStorage.removeItem(KEY);
