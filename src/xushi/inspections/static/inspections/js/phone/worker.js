/* The worker behind the phone's pages: the last page of each address, its scripts and styles, for when there is no
   network. It keeps nothing that is written: that is in the store. What comes before it in this file sends. */
(function () {
  "use strict";
  const PAGES = "phone-pages-";
  const ASSETS = "phone-assets";
  const PATIENCE = 5000; // ms a weak signal is waited for where a kept page is at hand
  const HOME = new URL(self.registration.scope).pathname;
  const PAGE = new RegExp("^" + HOME + "([0-9a-f-]{36}/)?$");
  const LOGIN = /^[^?#]*\/login(\/|\?|$)/; // the login page and what belongs to it, as an address
  const NONE = "<!doctype html><html lang=zh-Hans><meta charset=utf-8><meta name=viewport content='width=device-width'>" +
    "<title>没有网络</title><p>没有网络，这一页还没有存到这部手机里。有信号时打开一次“今天要看的点”，以后没有信号也能用。" +
    "<p><a href='" + HOME + "'>回到今天要看的点</a>";

  /* What is sent goes past this worker where a browser lets it be said: else each piece of each photo is told here too,
     and what that leaves lying about is never cleared up while photos are sent. */
  self.addEventListener("install", (event) => {
    self.skipWaiting();
    if (!event.addRoutes) return;
    const past = ["POST", "PATCH"].map((requestMethod) => ({ condition: { requestMethod }, source: "network" }));
    event.waitUntil(event.addRoutes(past).catch(() => {}));
  });
  self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

  self.addEventListener("fetch", (event) => {
    const url = new URL(event.request.url);
    if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
    if (PAGE.test(url.pathname)) event.respondWith(page(event.request, url.pathname));
    else if (url.pathname.indexOf("/kit/bundle/") === 0) event.respondWith(lasting(event.request));
    else if (url.pathname.indexOf("/static/") === 0) event.respondWith(fresh(event.request));
  });

  async function keptPage(path) {
    for (const name of await caches.keys()) {
      const found = name.indexOf(PAGES) === 0 && (await (await caches.open(name)).match(path, { ignoreVary: true, ignoreSearch: true }));
      if (found) return found;
    }
    return null;
  }

  /* Who comes from the login page had the network just now, and may be another person than the kept page is of: waits. */
  async function page(request, path) {
    const kept = await keptPage(path);
    try {
      const answered = await (kept && !LOGIN.test(request.referrer) ? Promise.race([fetch(request), slow()]) : fetch(request));
      const who = answered.ok && !answered.redirected && answered.headers.get("X-Xushi-Who");
      if (who) await keep(path, who, answered.clone());
      return answered;
    } catch (cut) {
      return kept || new Response(NONE, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
    }
  }
  function slow() {
    return new Promise((_, no) => setTimeout(() => no(new Error("slow")), PATIENCE));
  }
  async function keep(path, who, answered) {
    for (const name of await caches.keys()) {
      if (name.indexOf(PAGES) === 0 && name !== PAGES + who) await caches.delete(name);
    }
    await (await caches.open(PAGES + who)).put(path, answered);
  }

  /* A bundle's name changes with what is in it. */
  async function lasting(request) {
    const cache = await caches.open(ASSETS);
    const found = await cache.match(request, { ignoreVary: true });
    return found || fresh(request);
  }
  async function fresh(request) {
    const cache = await caches.open(ASSETS);
    try {
      const answered = await fetch(request);
      if (answered.ok && answered.status === 200) await cache.put(request, answered.clone());
      return answered;
    } catch (cut) {
      const found = await cache.match(request, { ignoreVary: true });
      if (found) return found;
      throw cut;
    }
  }

  /* Where there is background sync: sends although the page was closed. Never needed: the page sends when it opens. */
  self.addEventListener("sync", (event) => {
    if (event.tag === "xushi-send") event.waitUntil(sendAll());
  });
  async function sendAll() {
    const answered = await fetch(HOME + "hello", { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answered.ok) return;
    const who = (await answered.json()).who;
    const store = await self.xushiPhone.openStore(who);
    try {
      await self.xushiPhone.pump(who, store, self.xushiPhone.wireOf(who, HOME), () => {});
    } finally {
      store.close();
      (await self.clients.matchAll()).forEach((one) => one.postMessage("sent"));
    }
  }
})();
