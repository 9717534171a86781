// What a shop does with the SDK: events of buttons, steps within a page, signing in and out.
const user = document.querySelector("[data-user]");
if (user) {
  const { user: id, name, token } = user.dataset;
  window.rapport?.identify(id, { name }, { token });
}
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("button") : null;
  if (!button) return;
  const { track, thing, step, signOut } = button.dataset;
  if (track) {
    window.rapport?.track(track, { thing });
    document.querySelector("[role=status]").textContent = "It is in your basket.";
  }
  if (step) history.pushState({}, "", `?view=${step}`);
  if (signOut !== undefined) window.rapport?.reset();
});
