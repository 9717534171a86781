// Says when the server knows a function of this page no more: it is of another version by now.
// What is typed is kept by the browser and stands there again in the new page.
const ask = window.fetch;

window.fetch = async function fetch(...asked) {
  const answer = await ask.apply(this, asked);
  if (answer.headers.has("rapport-updated")) offer();
  return answer;
};

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
