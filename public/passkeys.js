// Passkeys: adding one on My account, and logging in with one. The server says what to ask the device;
// what that answers goes to it in a form.
const form = document.querySelector("form[data-passkey]");
const button = document.querySelector("[data-passkey-button]");
const state = document.querySelector("[data-passkey-state]");
const adds = form.dataset.passkey === "add";
const able = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);
let waiting;

function say(text) {
  state.textContent = text;
  state.hidden = !text;
}

/** Why nothing came of it, as people read it. */
function why(error) {
  if (error.name === "NotAllowedError") return "No passkey was used: it was cancelled, or took too long.";
  if (error.name === "InvalidStateError") return "This device keeps a passkey of yours already.";
  if (error.name === "SecurityError") return "Passkeys work at this server’s own address alone, which is another.";
  return error.message || "The device did not answer.";
}

function send(credential) {
  form.elements.credential.value = JSON.stringify(credential);
  form.submit();
}

async function add() {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(form.dataset.options));
  send(await navigator.credentials.create({ publicKey }));
}

/** Asks for a passkey, in a dialog or, with `mediation`, among what the browser fills in. */
async function logIn(mediation) {
  waiting?.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const body = new URLSearchParams({ token: form.elements.token.value });
  const answer = await fetch("/login/passkey/ask", { method: "POST", body, signal });
  if (!answer.ok) throw new Error(await answer.text());
  const { token, options } = await answer.json();
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey, signal, mediation });
  form.elements.question.value = token;
  send(credential);
}

if (able) {
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    // Refused for its name, it brings what the device answered along.
    if (form.elements.credential.value) return;
    event.preventDefault();
    button.disabled = true;
    say("");
    try {
      await (adds ? add() : logIn());
    } catch (error) {
      say(why(error));
    }
    button.disabled = false;
  });
  // Beside the address that somebody is about to type; where that cannot be, there is the button.
  const offers = !adds && !form.elements.token.value && PublicKeyCredential.isConditionalMediationAvailable;
  if (offers && (await PublicKeyCredential.isConditionalMediationAvailable())) logIn("conditional").catch(() => {});
} else if (adds) say("This browser cannot make passkeys.");
