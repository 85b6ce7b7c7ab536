/* The numbers on the bell and on 待办, wherever they stand on the page. */
(function () {
  "use strict";
  function set(host, count, classes) {
    var badge = host.querySelector(".badge");
    if (!count) { if (badge) badge.remove(); return; }
    if (!badge) {
      badge = document.createElement("span");
      badge.className = classes;
      (host.querySelector("[data-badge-host]") || host).append(badge);
    }
    badge.textContent = typeof count === "number" ? count.toLocaleString("en-US") : count;
  }
  document.addEventListener("xushi:pulse", function (event) {
    document.querySelectorAll("[data-live-bell]").forEach(function (bell) {
      var many = event.detail.bell > 99 ? "99+" : String(event.detail.bell || "");
      set(bell, many, "badge badge-corner");
      bell.setAttribute("aria-label", "消息" + (many ? "，" + many + "条未读" : ""));
    });
    document.querySelectorAll("[data-nav=duties]").forEach(function (item) {
      set(item, event.detail.todo, item.classList.contains("sidenav-item") ? "badge" : "badge badge-corner");
    });
  });
})();
