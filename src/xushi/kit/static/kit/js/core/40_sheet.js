/* Sheets and menus: keyboard, focus and the way back. Without script a sheet opens by its address. */
(function () {
  "use strict";
  var FOCUSABLE = "a[href]:not([tabindex='-1']), button:not([disabled]), input:not([type=hidden]), select, textarea, summary";
  var opener = null;

  function current() { return document.querySelector(".sheet.is-open"); }

  function open(sheet, from) {
    if (current()) close(current());
    opener = from || document.activeElement;
    sheet.classList.add("is-open");
    document.body.classList.add("has-sheet");
    var first = sheet.querySelector("[autofocus]") || sheet.querySelector(".sheet-panel " + FOCUSABLE.split(", ").join(", .sheet-panel "));
    if (first) first.focus();
  }

  function close(sheet) {
    sheet.classList.remove("is-open");
    document.body.classList.remove("has-sheet");
    if (location.hash === "#" + sheet.id) location.hash = "main";
    if (opener && opener.focus) opener.focus({ preventScroll: true });
    opener = null;
  }

  window.xushi.openSheet = open;
  window.xushi.onClick("[data-sheet-open]", function (button, event) {
    var sheet = document.getElementById(button.getAttribute("data-sheet-open"));
    if (!sheet) return;
    event.preventDefault();
    open(sheet, button);
  });
  window.xushi.onClick("[data-sheet-close]", function (button, event) {
    var sheet = button.closest("[data-sheet]");
    event.preventDefault();
    close(sheet);
  });
  window.xushi.bind("[data-sheet]", function (sheet) {
    if (location.hash === "#" + sheet.id) open(sheet, null);
  });

  document.addEventListener("keydown", function (event) {
    var sheet = current();
    if (event.key === "Escape") {
      if (sheet) return close(sheet);
      document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    if (event.key !== "Tab" || !sheet) return;
    var all = Array.prototype.filter.call(sheet.querySelectorAll(FOCUSABLE), function (one) { return one.offsetParent; });
    var last = all[all.length - 1];
    if (event.shiftKey && document.activeElement === all[0]) { event.preventDefault(); last.focus(); }
    else if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); all[0].focus(); }
  });

  document.addEventListener("click", function (event) {
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
})();
