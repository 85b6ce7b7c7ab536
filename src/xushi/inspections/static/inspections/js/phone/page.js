/* The pages of the phone: time, place, strip, list, the worker that keeps pages, and when to send. */
(function () {
  "use strict";
  const phone = (self.xushiPhone = self.xushiPhone || {});
  const root = document.querySelector("[data-phone]");
  const who = document.body.getAttribute("data-who");
  if (!root || !who) return;
  const AGAIN = [5, 10, 20, 40, 80, 160, 300];
  const SKEW = 5 * 60 * 1000;
  const OFF = "phone-clock";
  const EVERY = 3000; // ms between two readings of the whole store while it sends

  /* ── small things kept beside the store; a WebView may have localStorage switched off ── */
  function kept(name, value) {
    try {
      if (value === undefined) return localStorage.getItem(name);
      localStorage.setItem(name, value);
    } catch (off) { /* then for this page only */ }
    return value;
  }
  phone.device = () => kept("phone-device") || kept("phone-device", phone.uuid());

  /* ── time: ours is learned from every answer; the phone's own is what is recorded, except in the demonstration ── */
  let behind = Number(kept(OFF)) || 0;
  phone.learnTime = (now) => { behind = Date.parse(now) - Date.now(); kept(OFF, String(behind)); };
  const shown = root.hasAttribute("data-clock-shown");
  phone.time = () => Date.now() + (shown ? behind : 0);
  function tellTime() {
    const box = root.querySelector("[data-phone-clock]");
    const minutes = Math.round(Math.abs(behind) / 60000);
    box.hidden = shown || Math.abs(behind) <= SKEW;
    box.querySelector("span").textContent = "手机的钟" + (behind > 0 ? "慢" : "快") + "了" + minutes + "分钟。照常记，两个时间都会留下；请在手机设置里改成自动对时。";
  }

  /* ── place, as long as the page is open ── */
  phone.place = function (found, slot, last) {
    const say = (place, at) => { slot.textContent = "已定位，误差" + Math.round(place.accuracy) + "米" + (at ? " · " + at : ""); };
    if (last) say(last, "");
    if (!navigator.geolocation || !self.isSecureContext) { slot.textContent = "这个网址下手机不给定位"; return; }
    navigator.geolocation.watchPosition(
      (seen) => {
        const c = seen.coords;
        const place = { lng: Number(c.longitude.toFixed(6)), lat: Number(c.latitude.toFixed(6)), accuracy: Math.round(c.accuracy) };
        found(place);
        say(place, new Date(phone.time()).toTimeString().slice(0, 5));
      },
      () => { if (!last) slot.textContent = "没有定位，可在手机设置里打开"; },
      { enableHighAccuracy: true, maximumAge: 60000, timeout: 30000 }
    );
  };

  /* ── both sides of what clashed ── */
  /* The time as the server says it, which is Beijing's, whatever zone the phone is set to. */
  function beijing(at) {
    const told = /^\d+-(\d+)-(\d+)T(\d+):(\d+)/.exec(at || "");
    return told ? Number(told[1]) + "月" + Number(told[2]) + "日" + Number(told[3]) + ":" + told[4] : "";
  }
  phone.showConflict = function (box, outcome, draft, chosen_at) {
    box.hidden = !(outcome && outcome.state === "conflict");
    if (box.hidden) return;
    const theirs = outcome.others || {};
    const rate = (share) => (share ? Math.round(Number(share) * 1000) / 10 + "%" : "没填");
    const side = (title, lines) => {
      const part = document.createElement("div");
      const head = document.createElement("h3");
      head.textContent = title;
      part.append(head);
      lines.forEach((line) => { const p = document.createElement("p"); p.textContent = line; part.append(p); });
      return part;
    };
    const told = (words, share, findings) => [words || "没写现场情况", "现场完成率" + rate(share), findings.length ? "问题：" + findings.join("；") : "没有问题"];
    const by = theirs.by ? theirs.by + "（" + (theirs.unit || "") + "）" + beijing(theirs.at) : "别人";
    const mine = draft.entry || { findings: [] };
    const head = document.createElement("p");
    head.textContent = "您记的时候，别人先写了这个点。两份都留着，谁的也没有覆盖，由区重大办或督查室选一份。";
    if (chosen_at) {
      const link = document.createElement("a");
      link.className = "link";
      link.href = chosen_at;
      link.textContent = "去选一份";
      head.append(link);
    }
    const sides = document.createElement("div");
    sides.className = "phone-sides";
    sides.append(
      side("您的这一份", told(mine.words, mine.seen_rate, mine.findings.map((one) => one.words))),
      side(by, theirs.findings ? told(theirs.words, theirs.seen_rate, theirs.findings) : [theirs.words || ""])
    );
    box.replaceChildren ? box.replaceChildren(head, sides) : ((box.textContent = ""), box.append(head, sides));
  };

  /* ── the strip, and the list of what is kept ── */
  let trouble = null;
  async function tell(store) {
    const queue = await phone.queue(store);
    const strip = root.querySelector("[data-phone-strip]");
    const waiting = queue.records.length + queue.unsent;
    const count = [waiting ? waiting + "条记录" : "", queue.photos.length ? queue.photos.length + "张照片" : ""].filter(Boolean).join("、");
    const words = count ? " · " + count + "存在本机" : "";
    const off = !navigator.onLine || (trouble && trouble.kind === "network");
    let head = "";
    if (trouble && trouble.kind === "login") head = "登录过期，登录后接着传";
    else if (trouble && trouble.kind === "other") head = trouble.message + "，不传您的记录";
    else if (off) head = "没有网络，照常记录";
    else if (trouble) head = trouble.message;
    else if (queue.records.length || queue.photos.length) head = "正在上传";
    strip.hidden = !head;
    strip.querySelector("[data-strip-head]").textContent = head;
    strip.querySelector("[data-strip-say]").textContent = words;
    strip.href = trouble && trouble.kind === "login" ? root.dataset.login + "?next=" + encodeURIComponent(location.pathname) : root.dataset.home + "#kept";
    tellTime();
    if (root.hasAttribute("data-phone-list")) await list(store, queue);
  }
  function standing(draft, outcome, photos) {
    if (!draft.ready) return "没交，存在本机";
    if (phone.waits(draft, outcome)) return "待传";
    if (outcome.state === "conflict") return "与别人对不上，待选";
    if (outcome.state === "refused") return "没传上去";
    const failed = photos.filter((one) => one.state === "failed").length;
    const left = photos.filter((one) => one.state !== "sent").length;
    return failed ? failed + "张没传上去" : left ? "照片待传" + left + "张" : "已传";
  }
  async function list(store, queue) {
    const box = root.querySelector("[data-phone-kept]");
    const photos = await store.photos();
    if (queue.drafts.length) box.textContent = "";
    queue.drafts.forEach((draft) => {
      const own = photos.filter((one) => one.visit === draft.key);
      const words = standing(draft, queue.outcomes.get(draft.key), own);
      const slot = root.querySelector('[data-phone-status="' + draft.key + '"]');
      if (slot) slot.textContent = words;
      const row = document.createElement("li");
      const link = document.createElement("a");
      const name = document.createElement("b");
      const stand = document.createElement("span");
      link.className = "phone-visit";
      link.href = root.dataset.home + draft.key + "/";
      name.className = "grow phone-name";
      stand.className = "phone-stand";
      name.textContent = draft.name;
      stand.textContent = words + " · 照片" + own.filter((one) => one.state === "sent").length + "/" + own.length;
      link.append(name, stand);
      row.append(link);
      box.append(row);
    });
    if (navigator.storage && navigator.storage.estimate) {
      const room = await navigator.storage.estimate();
      root.querySelector("[data-phone-room]").textContent = "用了" + Math.ceil(room.usage / 1048576) + "MB";
    }
  }

  /* ── pages kept for when there is no network: only this person's, and only where the browser can ── */
  async function keepPages() {
    if (!navigator.serviceWorker || !self.caches) return;
    const held = await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.home });
    await navigator.serviceWorker.ready;
    if (held.sync && phone.wantSync !== false) phone.sync = () => held.sync.register("xushi-send").catch(() => {});
    const assets = await caches.open("phone-assets");
    const mine = performance.getEntriesByType("resource").map((one) => one.name)
      .filter((name) => name.indexOf(location.origin) === 0 && /\/(static|kit)\//.test(name));
    for (const name of new Set(mine)) if (!(await assets.match(name))) await assets.add(name).catch(() => {});
    const pages = [root.dataset.home, location.pathname].concat((root.dataset.keep || "").trim().split(/\s+/).filter(Boolean));
    const cache = await caches.open("phone-pages-" + who);
    for (const name of await caches.keys()) if (name.indexOf("phone-pages-") === 0 && name !== "phone-pages-" + who) await caches.delete(name);
    for (const path of new Set(pages)) {
      const page = await fetch(path, { headers: { Accept: "text/html", "X-Xushi-Background": "1" } }).catch(() => null);
      if (page && page.ok && page.headers.get("X-Xushi-Who") === who) await cache.put(path, page);
    }
    document.body.setAttribute("data-phone-cached", "");
  }

  /* Clashes of which somebody has chosen meanwhile: the next wording begins from what stands now. The page names the
     records it knows to be settled, so one that was kept before the choice settles nothing. */
  async function settle(store) {
    const settled = (root.dataset.settled || "").split(" ");
    for (const one of await store.outcomes()) {
      if (one.state !== "conflict" || !one.entry || settled.indexOf(String(one.entry)) < 0) continue;
      await store.keepOutcome(Object.assign(one, { state: "taken", version: 0 }));
    }
  }

  async function start() {
    let store;
    phone.learnTime(kept(OFF) && !navigator.onLine ? new Date(Date.now() + behind).toISOString() : pageTime());
    try {
      store = await phone.openStore(who);
    } catch (none) {
      const box = root.querySelector("[data-phone-clock]");
      box.hidden = false;
      box.querySelector("span").textContent = "这个浏览器不让存东西（也许是无痕模式），关了这一页记录就没了。请换普通窗口。";
      return;
    }
    await settle(store);
    const wire = phone.wireOf(who, root.dataset.home);
    let form = null, timer = null, due = null, step = 0, running = false, asked = false;
    const all = () => { due = null; tell(store); if (form) form.refresh(); };
    /* The photo that moved says so at once; to read the whole store at each piece of each of 200 costs more memory than
       the photos. */
    const changed = (photo) => {
      if (photo && form) form.moved(photo);
      if (!due) due = setTimeout(all, EVERY);
    };

    /* Asked while it sends, it looks once more at the end: what is handed over after the queue was read is not in it. */
    async function send() {
      asked = running;
      if (running) return;
      running = true;
      clearTimeout(timer);
      let again = 0;
      try {
        const done = await phone.pump(who, store, wire, changed);
        trouble = null;
        step = 0;
        again = done === null ? 5 : done ? 0 : 1;
      } catch (failed) {
        if (!(failed instanceof phone.Failed)) throw failed;
        trouble = failed;
        again = Math.max(AGAIN[Math.min(step++, AGAIN.length - 1)], failed.kind === "later" ? Number(failed.data.wait) || 0 : 0);
      } finally {
        running = false;
        clearTimeout(due);
        all();
      }
      if (asked) again = 1;
      if (again) timer = setTimeout(send, again * 1000);
    }
    const now = () => { step = 0; if (phone.sync) phone.sync(); return send(); };
    if (root.hasAttribute("data-phone-form")) form = await phone.startForm(root, store, now);
    document.addEventListener("phone:kept", () => tell(store));
    window.addEventListener("online", now);
    window.addEventListener("offline", () => tell(store));
    window.addEventListener("pageshow", (event) => event.persisted && now());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && now());
    window.xushi.onClick("[data-phone-send]", now);
    if (navigator.serviceWorker) navigator.serviceWorker.addEventListener("message", all);
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
    await tell(store);
    document.body.setAttribute("data-phone-ready", "");
    send();
    if (navigator.onLine) keepPages().catch(() => {});
  }
  /* The time printed in the page, moved on by how long the page has been loading; an old page out of the cache has none. */
  function pageTime() {
    const entry = performance.getEntriesByType("navigation")[0];
    const cached = navigator.serviceWorker && navigator.serviceWorker.controller && entry && entry.transferSize === 0;
    return cached && kept(OFF) ? new Date(Date.now() + behind).toISOString() : root.dataset.now;
  }
  start();
})();
