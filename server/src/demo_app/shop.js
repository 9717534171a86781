// What a shop does with the SDK: events of buttons, steps within a page, signing in and out, and
// recording the visit once the visitor asked for it.
const RECORD = "shop_record";
const asked = document.querySelector("[data-record]");
function record() {
  window.rapport?.record();
  asked.textContent = "Recording";
  asked.disabled = true;
}
if (sessionStorage.getItem(RECORD)) record();
const user = document.querySelector("[data-user]");
if (user) {
  const { user: id, name, token } = user.dataset;
  window.rapport?.identify(id, { name }, { token });
}
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("button") : null;
  if (!button) return;
  const { track, thing, step, signOut } = button.dataset;
  if (button === asked) {
    sessionStorage.setItem(RECORD, "yes");
    record();
  }
  if (button.dataset.fail !== undefined) throw new TypeError("The coupon has no discount");
  if (track) {
    window.rapport?.track(track, { thing });
    document.querySelector("[role=status]").textContent = "It is in your basket.";
  }
  if (step) history.pushState({}, "", `?view=${step}`);
  if (signOut !== undefined) window.rapport?.reset();
});
