/**
 * Sends one event to the bridge on this computer, and waits for its end.
 *
 * @param {string} type such as "CREATE_RESOURCE"
 * @param {object} payload
 * @param {{token: string, port?: number, idempotencyKey?: string, wait?: number}} options
 *   `idempotencyKey`: send the event again under the same key and it still happens once; `wait`: seconds, at most 60
 * @returns {Promise<object>} the event; its `state` says how it ended, or where it is if it has not
 */
export async function send(type, payload, {token, port = 7420, idempotencyKey = crypto.randomUUID(), wait = 60}) {
  const response = await fetch(`http://127.0.0.1:${port}/v1/events`, {
    method: "POST",
    headers: {"Authorization": `Bearer ${token}`, "Content-Type": "application/json", "Prefer": `wait=${wait}`},
    body: JSON.stringify({type, payload, idempotencyKey}),
  });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.detail), {code: answer.code, errors: answer.errors});
  return answer;
}
