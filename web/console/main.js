import {forgetSession, openSession} from "./session.js";

const element = id => document.getElementById(id);

element("example").textContent = `import {send} from "${location.origin}/client.js";
const event = await send("CREATE_RESOURCE", {name: "Project_001"}, {token});`;

/** @param {object} status as GET /v1/status gives it */
function show(status) {
  const facts = {Version: status.version, "Running since": status.startedAt, ...status.queue};
  element("status").replaceChildren(...Object.entries(facts).flatMap(([name, value]) => {
    const [term, description] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    description.textContent = value;
    return [term, description];
  }));
}

try {
  const session = await openSession();
  if (session) {
    const response = await fetch("/v1/status", {headers: {"Authorization": `Bearer ${session.token}`}});
    if (response.status === 401) forgetSession();
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    element("session").textContent = `Signed in at the desk until ${new Date(session.expiresAt).toLocaleString()}.`;
    show(answer);
  }
} catch (error) {
  element("session").textContent = `Not signed in: ${error.message}`;
}
