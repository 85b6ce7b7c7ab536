/* Theme and text size: kept in cookies, so the server draws the next page right at once. */
(function () {
  "use strict";
  function keep(name, value) {
    var secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = name + "=" + value + "; Max-Age=31536000; Path=/; SameSite=Lax" + secure;
    document.documentElement.setAttribute("data-" + name, value);
    document.querySelectorAll("[data-" + name + "-set]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-" + name + "-set") === value));
    });
    document.dispatchEvent(new CustomEvent("xushi:display"));
  }
  ["theme", "size"].forEach(function (name) {
    window.xushi.onClick("[data-" + name + "-set]", function (button, event) {
      event.preventDefault();
      keep(name, button.getAttribute("data-" + name + "-set"));
    });
  });
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  if (dark.addEventListener) {
    dark.addEventListener("change", function () { document.dispatchEvent(new CustomEvent("xushi:display")); });
  }

  /* Paper is light: what is painted on a canvas is painted anew for it, and back again. */
  var root = document.documentElement, chosen = null;
  window.addEventListener("beforeprint", function () {
    chosen = root.getAttribute("data-theme") || "";
    root.setAttribute("data-theme", "light");
    document.dispatchEvent(new CustomEvent("xushi:display"));
  });
  window.addEventListener("afterprint", function () {
    if (chosen) root.setAttribute("data-theme", chosen);
    else root.removeAttribute("data-theme");
    document.dispatchEvent(new CustomEvent("xushi:display"));
  });

  /* "/" goes to the search field unless something is being typed. */
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    var field = document.querySelector("[data-search]");
    if (!field || !field.offsetParent) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  /* Back to where one came from, when that was here; else the link's own address. */
  window.xushi.onClick("[data-back]", function (link, event) {
    if (document.referrer.indexOf(location.origin + "/") !== 0 || history.length < 2) return;
    event.preventDefault();
    history.back();
  });
})();
