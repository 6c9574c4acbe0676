// The desk session: a one-time ticket in the URL's fragment becomes a token that this tab keeps until it is closed.

const key = "deskbridge.session";

/** @returns {Promise<{token: string, expiresAt: string, client: string} | null>} null if nobody is signed in */
export async function openSession() {
  const ticket = new URLSearchParams(location.hash.slice(1)).get("ticket");
  if (ticket) {
    // The ticket is good once: neither history nor a reload is to hold it.
    history.replaceState(null, "", location.pathname);
    const response = await fetch("/v1/console/session", {
      method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({ticket}),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    sessionStorage.setItem(key, JSON.stringify(answer));
  }
  const session = JSON.parse(sessionStorage.getItem(key) ?? "null");
  return session && Date.parse(session.expiresAt) > Date.now() ? session : null;
}

/** Forgets the session, as when the bridge answers 401. */
export function forgetSession() { sessionStorage.removeItem(key); }
