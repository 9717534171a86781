// What an answer of the server says of the page that asked: the session behind it is over, or the page is of another
// version than the server by now. What is typed is kept by the browser and stands there again afterwards.
const ask = window.fetch;

window.fetch = async function fetch(...asked) {
  const answer = await ask.apply(this, asked);
  if (answer.headers.has("rapport-updated")) offer();
  if (answer.status === 401 && new URL(answer.url).origin === location.origin) logIn();
  return answer;
};

/** Nothing of a customer stays on the screen of somebody who is logged out. */
function logIn() {
  if (location.pathname.startsWith("/login")) return;
  location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

function offer() {
  if (document.getElementById("updated")) return;
  const bar = document.createElement("div");
  bar.id = "updated";
  bar.className = "toasts";
  bar.setAttribute("role", "alert");
  const said = document.createElement("p");
  said.className = "toast";
  said.append("Rapport was updated. What you typed is kept.");
  const reload = document.createElement("button");
  reload.type = "button";
  reload.append("Reload");
  reload.addEventListener("click", () => location.reload());
  said.append(reload);
  bar.append(said);
  document.body.append(bar);
}
