// Being told by the browser: turned on at /notifications/rules, and kept up after each login.
const wanted = "rapport:push";
const push = document.querySelector("[data-push]");
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** Hands the browser's address to the server. */
async function tell(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const answer = await fetch("/notifications/devices", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ endpoint, p256dh: keys.p256dh, auth: keys.auth }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function turnOn(key) {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("The browser does not allow it: change that in its settings for this page.");
  const worker = await navigator.serviceWorker.register("/push-worker.js");
  await navigator.serviceWorker.ready;
  const before = await worker.pushManager.getSubscription();
  if (before) await before.unsubscribe();
  const bytes = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  await tell(await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes }));
  localStorage.setItem(wanted, "1");
}

if (push) {
  const [button, state] = [push.querySelector("[data-push-on]"), push.querySelector("[data-push-state]")];
  if (!able) state.textContent = "This browser cannot do it.";
  else {
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await turnOn(push.dataset.push);
        location.assign(location.pathname + "?done=saved");
      } catch (error) {
        state.textContent = error.message || "It could not be turned on.";
        button.disabled = false;
      }
    });
  }
}
const zone = document.querySelector("[data-time-zone]");
if (zone && !zone.value) zone.value = document.documentElement.dataset.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

// A session ends what it was told with: the next one says it anew, once a tab.
if (able && !push && Notification.permission === "granted" && localStorage.getItem(wanted) && !sessionStorage.getItem(wanted)) {
  sessionStorage.setItem(wanted, "1");
  navigator.serviceWorker.getRegistration("/push-worker.js").then(async (worker) => {
    const subscription = await worker?.pushManager.getSubscription();
    if (subscription) await tell(subscription);
  }).catch(() => sessionStorage.removeItem(wanted));
}
