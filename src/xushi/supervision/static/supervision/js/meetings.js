/* A meeting's page: Ctrl+Enter an order, Alt+Enter a problem, Enter a record; Shift+Enter begins a new line. */
(function () {
  "use strict";
  var fine = window.matchMedia("(pointer: fine)");
  var carried = "";  // typed after 下一项 was pressed and before the next item came: it is the next item's

  function field(form) { return form.querySelector("textarea[name=words]"); }

  window.xushi.bind("form[data-decide]", function (form) {
    var words = field(form), pressed = "note";
    if (carried) {
      words.value += carried;
      words.dispatchEvent(new Event("input", { bubbles: true }));
      carried = "";
    }
    if (fine.matches) words.focus({ preventScroll: true });
    words.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.shiftKey) return;
      var with_ = event.ctrlKey || event.metaKey || event.altKey;
      if (!with_ && !fine.matches) return;
      var kind = event.ctrlKey || event.metaKey ? "order" : event.altKey ? "problem" : "note";
      event.preventDefault();
      if (event.repeat) return;
      if (form.querySelector("button[name=kind][value=" + kind + "]")) window.xushi.decide(form, kind);
      else window.xushi.toast("这一项不对着哪个项目，不能成问题；请成督办单或只记录。", { tone: "error" });
    });
    form.addEventListener("click", function (event) {
      var button = event.target.closest("button[name=kind]");
      if (button) pressed = button.value;
    });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      window.xushi.decide(form, pressed);
    });
  });

  /* Words that have not been recorded hold the item: first record them or take them out. */
  document.addEventListener("submit", function (event) {
    var form = document.querySelector("form[data-decide]");
    if (!form || !event.target.matches("[data-take], [data-ends]") || !field(form).value.trim()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    field(form).focus();
    window.xushi.toast("这一项还有没记的话，先记上或清掉。", { tone: "error" });
  }, true);
  document.addEventListener("htmx:beforeSwap", function (event) {
    var form = document.querySelector("form[data-decide]");
    if (!form || !event.detail.shouldSwap || event.detail.target.id !== "meet-body" || !field(form).value) return;
    carried = field(form).value;
    field(form).value = "";
    field(form).dispatchEvent(new Event("input", { bubbles: true }));
  });

  /* ?done= is said once: on a page drawn anew it would take the next draft along. */
  window.xushi.bind("[data-draft-clear]", function () {
    if (/[?&]done=/.test(location.search) && document.getElementById("meet-body")) history.replaceState(history.state, "", location.pathname + location.hash);
  });

  /* 加一项 leads to a part that is folded up. */
  window.xushi.onClick("a[href='#add-item']", function () {
    var folded = document.querySelector("#add-item details");
    if (folded) folded.open = true;
  });
})();
