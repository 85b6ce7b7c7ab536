/* The offline strip and the rolling reminder. */
(function () {
  "use strict";
  window.xushi.bind("[data-offline]", function (strip) {
    function show() {
      var kept = window.xushi.drafts ? window.xushi.drafts() : 0;
      strip.hidden = navigator.onLine;
      strip.querySelector("[data-offline-count]").textContent = kept ? "本机存有" + kept + "份" : "";
    }
    window.addEventListener("online", show);
    window.addEventListener("offline", show);
    show();
  });

  /* One order at a time, every six seconds; stops under the pointer, the focus, or the pause button. */
  window.xushi.bind("[data-rolling]", function (bar) {
    var items = bar.querySelectorAll(".rolling-item");
    var list = bar.querySelector(".rolling-list");
    var button = bar.querySelector("[data-rolling-pause]");
    var at = 0;
    var paused = window.xushi.rollingPaused === undefined ? window.xushi.calm() : window.xushi.rollingPaused;
    var held = false;
    if (list) list.setAttribute("data-started", "");

    function show() {
      items.forEach(function (item, index) { item.classList.toggle("is-shown", index === at); });
      bar.querySelectorAll("[data-rolling-count]").forEach(function (slot) { slot.textContent = at + 1 + "/" + items.length; });
    }
    function label() {
      if (!button) return;
      button.hidden = items.length < 2;
      button.setAttribute("aria-label", paused ? "继续滚动" : "停住");
      button.replaceChildren(window.xushi.icon(paused ? "i-play" : "i-pause"));
    }
    if (button) button.addEventListener("click", function () { window.xushi.rollingPaused = paused = !paused; label(); });
    [["mouseenter", true], ["mouseleave", false], ["focusin", true], ["focusout", false]].forEach(function (pair) {
      bar.addEventListener(pair[0], function () { held = pair[1]; });
    });
    show();
    label();
    if (items.length > 1) {
      var step = setInterval(function () {
        if (!document.contains(bar)) return clearInterval(step);  // drawn anew since
        if (paused || held || document.hidden) return;
        at = (at + 1) % items.length;
        show();
      }, 6000);
    }
  });
})();
