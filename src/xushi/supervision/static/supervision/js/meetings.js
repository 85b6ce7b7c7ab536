/* Deciding by keys: Ctrl+Enter an order, Alt+Enter a problem, Enter a record; Shift+Enter begins a new line. */
(function () {
  "use strict";
  window.xushi.bind("[data-decide]", function (form) {
    var words = form.querySelector("textarea[name=words]");
    if (window.matchMedia("(pointer: fine)").matches) words.focus({ preventScroll: true });
    words.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.shiftKey) return;
      if (!event.ctrlKey && !event.metaKey && !event.altKey && !window.matchMedia("(pointer: fine)").matches) return;
      var kind = event.ctrlKey || event.metaKey ? "order" : event.altKey ? "problem" : "note";
      var button = form.querySelector("button[name=kind][value=" + kind + "]");
      if (!button) return;
      event.preventDefault();
      if (words.value.trim()) button.click();
    });
  });
})();
