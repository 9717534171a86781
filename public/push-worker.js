// Shows what the server tells this browser, also while no page is open. It keeps and fetches nothing.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon: "/favicon.svg", data: url }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  // A path of ours, whatever the message says.
  const url = new URL(event.notification.data, self.location.origin);
  if (url.origin !== self.location.origin) return;
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: "window" });
    const page = pages.find((one) => one.focused) ?? pages[0];
    if (!page) return self.clients.openWindow(url.href);
    await page.focus();
    return page.navigate(url.href);
  })());
});
