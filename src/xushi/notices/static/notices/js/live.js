/* Live badges and the rolling reminder: one stream a device, however many tabs are open; polling where none can be had. */
(function () {
  "use strict";
  var who = document.body.getAttribute("data-who");
  if (!who || !document.querySelector("[data-live-bell]")) return;
  var NAME = "xushi-live:" + who;
  var POLL = 30000, QUIET = 45000, HIDDEN = 60000, LEASE = 10000;
  var last = null, heard = Date.now(), stream = null, polling = null, release = null, over = false;
  var me = Math.random().toString(36).slice(2);

  /* What the server says goes to this tab and to all others of this person. */
  var channel = window.BroadcastChannel ? new BroadcastChannel(NAME) : null;
  function pass(told) {
    if (channel) return channel.postMessage(told);
    try { localStorage.setItem(NAME, JSON.stringify([told, Math.random()])); } catch (blocked) { /* one tab, then */ }
  }
  if (channel) channel.onmessage = function (event) { show(event.data); };
  window.addEventListener("storage", function (event) {
    if (event.key === NAME && event.newValue) show(JSON.parse(event.newValue)[0]);
  });

  function show(told) {
    heard = Date.now();
    if (told.alive) return;
    var moved = last ? last.rev !== told.rev || last.bell !== told.bell : drawn() !== told.bell + "/" + told.todo;
    last = told;
    document.dispatchEvent(new CustomEvent("xushi:pulse", { detail: told }));
    if (moved) refresh();
  }
  function drawn() {
    var bell = document.querySelector("[data-live-bell]"), todo = document.querySelector("[data-nav=duties]");
    return number(bell) + "/" + (todo ? number(todo) : last ? last.todo : 0);
  }
  function number(host) {
    var badge = host.querySelector(".badge");
    var text = badge ? badge.textContent.trim() : "0";
    return text === "99+" ? 100 : Number(text.replace(/,/g, "")) || 0;
  }
  function refresh() {
    document.querySelectorAll("[data-live-refresh]").forEach(function (part) {
      if (!part.contains(document.activeElement) || document.activeElement.matches("a, button"))
        setTimeout(function () { part.dispatchEvent(new CustomEvent("xushi:live")); }, Math.random() * 300);
    });
    document.querySelectorAll("[data-live-rolling]").forEach(roll);
  }
  function roll(strip) {
    if (!strip.isConnected || !window.htmx) return;
    window.htmx.ajax("GET", strip.getAttribute("data-live-rolling"), { target: strip, swap: "outerHTML", source: strip, headers: { "X-Xushi-Background": "1" } });
  }
  /* Nobody is kept logged in by what a page asks by itself. */
  document.addEventListener("htmx:configRequest", function (event) {
    var cause = event.detail.triggeringEvent;
    if (cause && cause.type === "xushi:live") event.detail.headers["X-Xushi-Background"] = "1";
  });
  /* The server says for how many seconds its words stay true; this machine's own clock is not asked. */
  window.xushi.bind("[data-live-again]", function (strip) {
    var seconds = Math.max(Number(strip.getAttribute("data-live-again")) || 3600, 20);
    if (strip.querySelector("[data-rolling]")) setTimeout(function () { if (!over) roll(strip); }, seconds * 1000);
  });

  function ended(sentence) {
    over = true;
    stop();
    if (sentence) window.xushi.toast(sentence + "写的内容还在本机。", { tone: "error" });
  }
  function stop() {
    if (stream) stream.close();
    clearInterval(polling);
    stream = polling = null;
  }
  function connect() {
    stop();
    if (over) return;
    if (!window.EventSource) return poll();
    stream = new EventSource("/live/events");
    stream.onmessage = function (event) { var told = JSON.parse(event.data); show(told); pass(told); };
    stream.addEventListener("bye", function (event) { ended(JSON.parse(event.data).why); });
    stream.onerror = function () { if (stream && stream.readyState === 2) poll(); };
  }
  function poll() {
    stop();
    var round = 0;
    function ask() {
      round += 1;
      fetch("/notices/badge", { headers: { Accept: "application/json", "X-Xushi-Background": "1" }, credentials: "same-origin" })
        .then(function (answer) {
          if (answer.status === 401 || answer.status === 403) return ended("");
          return answer.ok ? answer.json().then(function (told) { show(told); pass(told); }) : null;
        }).catch(function () { /* no network: the next round asks again */ });
      if (round % 20 === 0) connect();
    }
    polling = setInterval(ask, POLL);
    ask();
  }

  /* Who holds the stream: Web Locks where there are any, else a lease in the storage all tabs share. */
  function lead(steal) {
    if (release || over || document.hidden) return;
    if (navigator.locks) {
      navigator.locks.request(NAME, steal ? { steal: true } : {}, function () {
        connect();
        return new Promise(function (done) { release = done; });
      }).catch(function () { release = null; stop(); });
    } else if (leased()) {
      release = function () { try { localStorage.removeItem(NAME + ":lease"); } catch (blocked) { /* it runs out */ } };
      connect();
    }
  }
  function leased() {
    try {
      var held = JSON.parse(localStorage.getItem(NAME + ":lease") || "null");
      if (held && held.who !== me && Math.abs(Date.now() - held.at) < LEASE) return false;
      localStorage.setItem(NAME + ":lease", JSON.stringify({ who: me, at: Date.now() }));
    } catch (blocked) { /* without storage every tab is on its own */ }
    return true;
  }
  function let_go() {
    if (release) release();
    release = null;
    stop();
  }
  setInterval(function () {
    if (release && !navigator.locks && !leased()) let_go();
    if (release) { pass({ alive: true }); heard = Date.now(); }
    else if (!document.hidden) lead(Boolean(navigator.locks) && Date.now() - heard > QUIET);
  }, 5000);
  var hiding = null;
  document.addEventListener("visibilitychange", function () {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(let_go, HIDDEN);
    else { document.querySelectorAll("[data-live-rolling]").forEach(roll); lead(false); }
  });
  window.addEventListener("pagehide", let_go);
  window.addEventListener("pageshow", function (event) { if (event.persisted) lead(false); });
  lead(false);
})();
